import { DownloadError } from '../errors/download-error.ts';
import type { ArchiveSink } from './transfer-archive.ts';

/** A sink that writes into a stream, web or Node, as fast as it takes it, and leaves it open. */
export function streamSink(target: WritableStream<Uint8Array> | NodeJS.WritableStream): ArchiveSink {
  const writer = 'getWriter' in target ? target.getWriter() : null;
  const write = writer === null ? nodeWrite(target as NodeJS.WritableStream) : webWrite(writer);
  const release = async (): Promise<void> => writer?.releaseLock();
  return {
    open: async () => {},
    write: async (chunk) => {
      try {
        await write(chunk);
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

function webWrite(writer: WritableStreamDefaultWriter<Uint8Array>): (chunk: Uint8Array) => Promise<void> {
  return async (chunk) => {
    await writer.ready;
    await writer.write(chunk);
  };
}

function nodeWrite(stream: NodeJS.WritableStream): (chunk: Uint8Array) => Promise<void> {
  return (chunk) =>
    new Promise((resolve, reject) => {
      const fail = (error: Error): void => reject(error);
      stream.once('error', fail);
      stream.write(chunk, (error) => {
        stream.removeListener('error', fail);
        if (error == null) resolve();
        else reject(error);
      });
    });
}
