import type { ServerResponse } from 'node:http';

import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';

import { blockBytes, type FilePart, readPart, takeFilePart } from '../storage/file-stream.ts';

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

async function sendFilePart(part: FilePart, outgoing: ServerResponse): Promise<void> {
  const { start, end } = part.range;
  // All the memory that a download takes.
  let [block, other] = [newBlock(end + 1 - start), newBlock(end + 1 - start)];
  let sent = Promise.resolve();
  for (let position = start; position <= end; [block, other] = [other, block]) {
    // Read while the other block is sent.
    const bytes = await readPart(part, position, block);
    await sent;
    sent = send(outgoing, bytes);
    // Heard above, after the next read.
    sent.catch(() => undefined);
    position += bytes.length;
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
