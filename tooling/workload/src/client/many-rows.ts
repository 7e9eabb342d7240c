import { callHttp } from "./http-call.ts";
import { SocketLost, WireSocket } from "./wire-socket.ts";

/** A user with a hundred notes, and a window that changes all of them at once. */
export interface ManyRows extends Disposable {
  readonly cookie: string;
  /** The version that all of them have by the last answer; each is one higher than the one before. */
  readonly version: number;
  /** Changes all of them. False when it was not answered with success. */
  change(): Promise<boolean>;
}

export interface ManyRowsOptions {
  /** Where the windows connect to: the site, or one of its servers. */
  readonly url: string;
  /** The page that connects; `url`'s when it is left out. */
  readonly origin?: string;
  readonly name: string;
  /** Characters of each note from the first change on. */
  readonly bodyLength: number;
}

/** Makes the user and the notes. */
export async function openManyRows({ url, origin = url, name, bodyLength }: ManyRowsOptions): Promise<ManyRows> {
  const account = { username: name, password: `${name}: words nobody would guess` };
  const { cookie } = await callHttp(origin, "auth.register", { input: account });
  if (cookie === null) throw new Error(`The user "${name}" could not be made.`);
  const writer = await WireSocket.open({ url, origin, cookie, onFrame() {} });
  const rows = new Map<string, number>();
  for (let made = 0; made < count; made += 1) {
    const answer = await writer.call("mutation", "note.create", { title: `note ${made}`, body: "" });
    if (!answer.result) throw new Error(`A note could not be made: ${answer.error?.message}`);
    const { id, version } = answer.result.data as Row;
    rows.set(id, version);
  }

  let turn = 0;
  return {
    cookie,
    get version() {
      return Math.max(...rows.values());
    },
    async change() {
      turn += 1;
      const named = Array.from(rows, ([id, version]) => ({ id, version }));
      const input = { rows: named, changes: { body: String(turn % 10).repeat(bodyLength) } };
      try {
        const { result } = await writer.call("mutation", "note.updateMany", input);
        for (const { id, version } of (result?.data ?? []) as readonly Row[]) rows.set(id, version);
        return result !== undefined;
      } catch (error) {
        if (error instanceof SocketLost) return false;
        throw error;
      }
    },
    [Symbol.dispose]: () => writer.terminate(),
  };
}

/** As many as a page takes. */
const count = 100;

interface Row {
  readonly id: string;
  readonly version: number;
}
