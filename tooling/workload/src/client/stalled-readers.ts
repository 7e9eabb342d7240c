import { type ManyRows, type ManyRowsOptions, openManyRows } from "./many-rows.ts";
import { WireSocket } from "./wire-socket.ts";

/** Windows of one user that can stop reading, and one that goes on changing what they would be shown. */
export interface StalledReaders extends Disposable {
  /** Changes a hundred rows. False when it was not answered with success. */
  readonly change: ManyRows["change"];
  /** From now on none of them reads anything, as machines that hang. */
  stall(): void;
  /** They read again: resolves with the codes their sockets were closed with, when all are. */
  closeCodes(): Promise<readonly number[]>;
}

/** Makes the user and the rows, and opens so many windows with two lists each. */
export async function openStalledReaders(count: number, options: ManyRowsOptions): Promise<StalledReaders> {
  const rows = await openManyRows(options);
  const { url, origin = url } = options;
  const { cookie } = rows;
  // Numbered apart: frames for one number are made once, however many sockets they go to.
  const readers = await Promise.all(
    Array.from({ length: count }, (_, place) =>
      WireSocket.open({ url, origin, cookie, firstId: 1001 + place * 1000, onFrame() {} }),
    ),
  );
  for (const reader of readers) {
    for (let lists = 0; lists < 2; lists += 1) reader.subscribe("note.live", { limit: 100 }, null);
  }

  return {
    change: () => rows.change(),
    stall() {
      for (const reader of readers) reader.stopReading();
    },
    async closeCodes() {
      for (const reader of readers) reader.readOn();
      return (await Promise.all(readers.map(({ closed }) => closed))).map(({ code }) => code);
    },
    [Symbol.dispose]() {
      rows[Symbol.dispose]();
      for (const socket of readers) socket.terminate();
    },
  };
}
