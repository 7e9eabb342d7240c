import { callHttp } from "./http-call.ts";
import { SocketLost, WireSocket } from "./wire-socket.ts";

/** Windows of one user that read nothing, and one that goes on changing what they would be shown. */
export interface StalledReaders extends Disposable {
  /** Changes a hundred rows of ten thousand characters each. False when it was not answered with success. */
  change(): Promise<boolean>;
  /** How many of the stalled sockets are still open, as far as they know. */
  readonly open: number;
}

/** Makes the user and the rows, opens the windows, and stops reading. */
export async function openStalledReaders(url: string, count: number): Promise<StalledReaders> {
  const account = { username: "staller", password: "staller: words nobody would guess" };
  const { cookie } = await callHttp(url, "auth.register", { input: account });
  if (cookie === null) throw new Error("The user whose readers stall could not be made.");
  // Numbered apart: frames for one number are made once, however many sockets they go to.
  const open = (place: number) => WireSocket.open({ url, cookie, firstId: 1 + place * 1000, onFrame() {} });
  const writer = await open(0);
  const rows = new Map<string, number>();
  for (let made = 0; made < 100; made += 1) {
    const answer = await writer.call("mutation", "note.create", { title: `note ${made}`, body: "" });
    if (!answer.result) throw new Error(`A note could not be made: ${answer.error?.message}`);
    const { id, version } = answer.result.data as Row;
    rows.set(id, version);
  }
  const readers = await Promise.all(Array.from({ length: count }, (_, place) => open(place + 1)));
  for (const reader of readers) {
    for (let lists = 0; lists < 2; lists += 1) reader.subscribe("note.live", { limit: 100 }, null);
    reader.stopReading();
  }

  let turn = 0;
  return {
    async change() {
      turn += 1;
      const named = Array.from(rows, ([id, version]) => ({ id, version }));
      const input = { rows: named, changes: { body: String(turn % 10).repeat(10_000) } };
      try {
        const { result } = await writer.call("mutation", "note.updateMany", input);
        for (const { id, version } of (result?.data ?? []) as readonly Row[]) rows.set(id, version);
        return result !== undefined;
      } catch (error) {
        if (error instanceof SocketLost) return false;
        throw error;
      }
    },
    get open() {
      return readers.filter(({ isOpen }) => isOpen).length;
    },
    [Symbol.dispose]() {
      for (const socket of [writer, ...readers]) socket.terminate();
    },
  };
}

interface Row {
  readonly id: string;
  readonly version: number;
}
