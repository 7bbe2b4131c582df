import type { ServerResponse } from 'node:http';

import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';

import { type FilePart, takeFilePart } from '../storage/file-stream.ts';

/** Of a file, read at once: two such blocks are all the memory that a download takes. */
const blockBytes = 256 * 1024;

/**
 * Sends an answer whose body is a file from two blocks of memory that are used in turn. Streams take a new block for each
 * read, which for the system means to find and to clear it: twice the processor time for the whole.
 *
 * @returns what says that it has been sent, when it has; other answers as they are.
 */
export async function sendIfFile(response: Response, outgoing: ServerResponse): Promise<Response> {
  const part = takeFilePart(response.body);
  if (part === null) return response;
  try {
    outgoing.setHeaders(response.headers);
    outgoing.writeHead(response.status);
    await sendFilePart(part, outgoing);
    outgoing.end();
  } catch {
    // The head is on its way, with the length: who gets less knows that something is missing, and can go on from there.
    outgoing.destroy();
  } finally {
    await part.handle.close();
  }
  return RESPONSE_ALREADY_SENT;
}

async function sendFilePart({ handle, range }: FilePart, outgoing: ServerResponse): Promise<void> {
  const bytes = range.end + 1 - range.start;
  let [block, other] = [newBlock(bytes), newBlock(bytes)];
  let sent = Promise.resolve();
  for (let done = 0; done < bytes; [block, other] = [other, block]) {
    const length = Math.min(block.length, bytes - done);
    // Read while the other block is sent.
    const { bytesRead } = await handle.read(block, 0, length, range.start + done);
    if (bytesRead === 0) throw new Error(`The file has ended ${bytes - done} bytes early.`);
    await sent;
    sent = send(outgoing, block.subarray(0, bytesRead));
    // Heard above, after the next read.
    sent.catch(() => undefined);
    done += bytesRead;
  }
  await sent;
}

function newBlock(bytes: number): Buffer {
  return Buffer.allocUnsafeSlow(Math.min(blockBytes, bytes));
}

/** Resolves when the socket no longer needs the bytes; rejects where the other side has gone. */
function send(outgoing: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new Error('The connection was closed.'));
    outgoing.once('close', gone);
    outgoing.write(bytes, (error) => {
      outgoing.off('close', gone);
      if (error == null) resolve();
      else reject(error);
    });
  });
}
