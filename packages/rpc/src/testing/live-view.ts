import { applyFrame, type LiveListFrame, type LiveRow } from "@countersign/contract";

import type { RawSocket } from "./raw-socket.ts";

/** A live list as a client holds it: the frames put together. */
export class LiveView<Row extends LiveRow = LiveRow & Readonly<Record<string, unknown>>> {
  readonly #socket: RawSocket;
  readonly id: number;

  private constructor(socket: RawSocket, id: number) {
    this.#socket = socket;
    this.id = id;
  }

  static async open(socket: RawSocket, path: string, input?: unknown, extra: object = {}): Promise<LiveView> {
    return new LiveView(socket, await socket.subscribe(path, input, extra));
  }

  get frames(): LiveListFrame<Row>[] {
    return this.#socket.dataOf(this.id).map((value) => (value as { data: LiveListFrame<Row> }).data);
  }

  get rows(): readonly Row[] {
    return this.frames.reduce<readonly Row[]>((rows, frame) => applyFrame(rows, frame), []);
  }

  get total(): number | undefined {
    return this.frames.reduce<number | undefined>((total, frame) => frame.total ?? total, undefined);
  }

  get lastEventId(): string {
    return (this.#socket.dataOf(this.id).at(-1) as { id: string }).id;
  }

  /** Waits until the list is as `fits` wants it. */
  async until(fits: (rows: readonly Row[]) => boolean, timeoutMs = 5000): Promise<readonly Row[]> {
    await this.#socket.until(() => this.frames.length > 0 && fits(this.rows), timeoutMs);
    return this.rows;
  }
}
