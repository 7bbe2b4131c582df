import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The connections of a server, and what is being answered on them: Node.js closes those that are kept alive and idle, but not
 * those on which nothing was asked yet, nor one whose answer ends later.
 */
export class Connections {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #busy = new Set<Socket>();
  #isClosing = false;

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
    server.on('request', ({ socket }, response) => {
      this.#busy.add(socket);
      response.once('close', () => {
        this.#busy.delete(socket);
        if (this.#isClosing) socket.end();
      });
    });
  }

  /** Stops listening, and ends each connection as soon as what was asked on it is answered; all of them after so long. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    const enough = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      const ended =
        graceMs === 0 ? [...this.#open] : [...this.#open].filter((socket) => !this.#busy.has(socket));
      for (const socket of ended) socket.destroy();
    });
    clearTimeout(enough);
  }
}
