import type { Server } from 'node:http';
import type { Socket } from 'node:net';

import { askerOf, remoteAddress } from './limits/remote-address.ts';
import type { SocketLimits } from './socket-limits.ts';

/**
 * The connections of a server, and what is being answered on them: Node.js closes those that are kept alive and idle, but not
 * those on which nothing was asked yet, nor one whose answer ends later; and it bounds their number, but not that of one address.
 */
export class Connections {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #busy = new Set<Socket>();
  readonly #limits: Pick<SocketLimits, 'connectionsPerAddress' | 'isExempt'>;
  readonly #counts = new Map<string, number>();
  #isClosing = false;

  constructor(server: Server, limits: Pick<SocketLimits, 'connectionsPerAddress' | 'isExempt'>) {
    this.#server = server;
    this.#limits = limits;
    server.on('connection', (socket) => {
      if (!this.#admit(socket)) {
        socket.destroy();
        return;
      }
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

  /** Counts a connection for its address. False where that has too many. */
  #admit(socket: Socket): boolean {
    const address = remoteAddress(socket.remoteAddress, undefined, { check: () => false });
    if (this.#limits.isExempt(address)) return true;
    const asker = askerOf(address);
    const count = (this.#counts.get(asker) ?? 0) + 1;
    if (count > this.#limits.connectionsPerAddress) return false;
    this.#counts.set(asker, count);
    socket.once('close', () => {
      const left = (this.#counts.get(asker) ?? 1) - 1;
      if (left === 0) this.#counts.delete(asker);
      else this.#counts.set(asker, left);
    });
    return true;
  }
}
