import type { Socket } from "node:net";

/** More than this unread, and whoever pushes waits: the reader then gets the newest state instead of a queue. */
export const lowWaterBytes = 64 * 1024;

/**
 * What has been written to a socket and not taken by its reader. A large answer to a reader that reads is no fault; a
 * reader that takes nothing for a while is.
 */
export class Backlog {
  readonly #tcp: Socket;
  readonly #unread: () => number;
  readonly #patienceMs: number;
  readonly #onStalled: () => void;
  #timer: NodeJS.Timeout | null = null;

  /** `unread` tells how many bytes wait in this process; `onStalled` is called when they do not become fewer. */
  constructor(options: {
    readonly tcp: Socket;
    readonly unread: () => number;
    readonly patienceMs: number;
    readonly onStalled: () => void;
  }) {
    this.#tcp = options.tcp;
    this.#unread = options.unread;
    this.#patienceMs = options.patienceMs;
    this.#onStalled = options.onStalled;
  }

  /** Looks at the backlog after a write. */
  note(): void {
    if (this.#timer !== null || this.#unread() <= lowWaterBytes) return;
    const takenBefore = this.#taken();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#unread() <= lowWaterBytes) return;
      if (this.#taken() - takenBefore < lowWaterBytes) this.#onStalled();
      else this.note();
    }, this.#patienceMs).unref();
  }

  /** Resolves when the reader has caught up, or the socket is gone. */
  async drained(): Promise<void> {
    while (!this.#tcp.destroyed && this.#unread() > lowWaterBytes) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Bytes the system has taken over, for the reader. */
  #taken(): number {
    return this.#tcp.bytesWritten - this.#tcp.writableLength;
  }
}
