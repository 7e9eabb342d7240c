import type { Socket } from "node:net";

/** More than this unread, and whoever pushes waits: the reader then gets the newest state instead of a queue. */
export const lowWaterBytes = 64 * 1024;

/** How often is looked while patience lasts: the system takes some megabytes for a reader that takes nothing. */
const looks = 8;

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
  #takenBefore = 0;
  /** Looks in a row by which next to nothing had been taken. Not the time: who was not given any is not to be cut. */
  #idleLooks = 0;

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
    this.#begin();
    this.#lookLater();
  }

  #begin(): void {
    this.#takenBefore = this.#taken();
    this.#idleLooks = 0;
  }

  #lookLater(): void {
    this.#timer = setTimeout(() => this.#look(), this.#patienceMs / looks).unref();
  }

  #look(): void {
    this.#timer = null;
    if (this.#unread() <= lowWaterBytes) return;
    if (this.#taken() - this.#takenBefore >= lowWaterBytes) this.#begin();
    else this.#idleLooks += 1;
    if (this.#idleLooks >= looks) this.#onStalled();
    else this.#lookLater();
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
