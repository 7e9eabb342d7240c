import { callHttp, WireSocket, withDatabase } from "@app/workload";

/** Somebody who only looks on, with open sockets: whether a session lives, and when it is seen to end. */
export class Witness {
  readonly sockets: readonly WireSocket[];
  readonly #name: string;
  readonly #url: string;
  readonly #cookie: string;

  private constructor(name: string, url: string, cookie: string, sockets: readonly WireSocket[]) {
    this.#name = name;
    this.#url = url;
    this.#cookie = cookie;
    this.sockets = sockets;
  }

  /** Makes the account, signs in, and opens so many sockets. */
  static async enter(url: string, name: string, sockets: number): Promise<Witness> {
    const password = `${name}: words nobody would guess`;
    await callHttp(url, "auth.register", { input: { username: name, password } });
    const { cookie, status } = await callHttp(url, "auth.login", { input: { login: name, password } });
    if (cookie === null) throw new Error(`${name} could not sign in: ${status}.`);
    const open = () => WireSocket.open({ url, cookie, onFrame() {} });
    return new Witness(name, url, cookie, await Promise.all(Array.from({ length: sockets }, open)));
  }

  /** Moves the limits of the session, as if it had begun earlier. */
  async endIn(databaseUrl: string, minutes: number): Promise<void> {
    await withDatabase(databaseUrl, (read) =>
      read(
        `update sessions set absolute_expires_at = now() + interval '${minutes} minutes', expires_at = now() + interval '${minutes} minutes'
         where user_id in (select id from users where username = '${this.#name}')`,
      ),
    );
    // What the server keeps of the session is read anew with a call.
    await this.isServed();
  }

  /** Is it answered, over HTTP and over every socket? Null where these do not agree. */
  async isServed(): Promise<boolean | null> {
    const { status } = await callHttp(this.#url, "note.list", { method: "GET", cookie: this.#cookie });
    const overSockets = await Promise.all(
      this.sockets.map(async (socket) => {
        if (!socket.isOpen) return false;
        return (await socket.call("query", "note.list", {}).catch(() => null))?.error === undefined;
      }),
    );
    const all = new Set([status === 200, ...overSockets]);
    return all.size === 1 ? status === 200 : null;
  }

  async signOut(): Promise<void> {
    await callHttp(this.#url, "auth.logout", { cookie: this.#cookie });
  }

  /** With which code each socket was closed, and how long that took from now on; null where one is open after `withinMs`. */
  async closed(withinMs: number): Promise<{ readonly codes: readonly number[]; readonly ms: number } | null> {
    const from = performance.now();
    const late = new Promise<null>((resolve) => setTimeout(resolve, withinMs, null).unref());
    const ends = await Promise.race([Promise.all(this.sockets.map((socket) => socket.closed)), late]);
    return ends && { codes: ends.map(({ code }) => code), ms: performance.now() - from };
  }
}
