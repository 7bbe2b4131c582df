import { DownloadError } from '../errors/download-error.ts';
import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import type { ArchiveSink } from './archive-sink.ts';

/** The part of a Node stream that a download needs; declared here, as browsers have no types of Node. */
export interface NodeWritable {
  write(chunk: Uint8Array, callback: (error?: Error | null) => void): boolean;
  once(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

/** A sink that writes into a stream, web or Node, as fast as it takes it, and leaves it open. */
export function streamSink(target: WritableStream<Uint8Array> | NodeWritable): ArchiveSink {
  const writer = 'getWriter' in target ? lockStream(target) : null;
  const write = writer === null ? nodeWrite(target as NodeWritable) : webWrite(writer);
  const release = async (): Promise<void> => writer?.releaseLock();
  return {
    open: async () => {},
    write: async (chunks) => {
      try {
        for (const chunk of chunks) await write(chunk);
      } catch (cause) {
        throw new DownloadError(`The archive could not be written to the stream: ${String(cause)}`, {
          cause,
        });
      }
    },
    restart: null,
    finish: release,
    discard: release,
  };
}

function lockStream(stream: WritableStream<Uint8Array>): WritableStreamDefaultWriter<Uint8Array> {
  if (!stream.locked) return stream.getWriter();
  throw new InvalidArgumentError('The target stream is locked by another writer; release that one first');
}

function webWrite(writer: WritableStreamDefaultWriter<Uint8Array>): (chunk: Uint8Array) => Promise<void> {
  return async (chunk) => {
    await writer.ready;
    await writer.write(chunk);
  };
}

function nodeWrite(stream: NodeWritable): (chunk: Uint8Array) => Promise<void> {
  return (chunk) =>
    new Promise((resolve, reject) => {
      const fail = (error: Error): void => reject(error);
      stream.once('error', fail);
      stream.write(chunk, (error) => {
        // A stream that fails also says so by an event, later; without a listener that would end the process.
        if (error != null) return reject(error);
        stream.removeListener('error', fail);
        return resolve();
      });
    });
}
