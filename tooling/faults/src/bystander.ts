import { setTimeout as pause } from "node:timers/promises";

import { callHttp, type HttpAnswer, SocketLost, WireSocket } from "@app/workload";

/** Something that was asked beside the crowd, and what came of it. */
export interface Asked {
  readonly path: string;
  readonly tookMs: number;
  /** Of HTTP; null when no answer came. */
  readonly status: number | null;
}

/** Somebody who has nothing to do with the crowd, and only looks at how long it takes. Leaves no rows. */
export class Bystander {
  readonly #url: string;
  readonly #cookie: string;

  constructor(url: string, cookie: string) {
    this.#url = url;
    this.#cookie = cookie;
  }

  /** Makes the account, and asks again while the database is too busy for it. */
  static async arrive(url: string, name = "bystander"): Promise<Bystander> {
    const input = { username: name, password: `${name}: words nobody would guess` };
    const deadline = performance.now() + longestArrivalMs;
    for (;;) {
      const { status, cookie, body } = await callHttp(url, "auth.register", { input });
      if (cookie !== null) return new Bystander(url, cookie);
      if (status !== 503 || performance.now() > deadline) throw new Error(`${name} could not register: ${body}`);
      await pause(100);
    }
  }

  /** Asks for its notes. */
  read(): Promise<Asked> {
    return time("note.list", () => callHttp(this.#url, "note.list", { method: "GET", cookie: this.#cookie }));
  }

  /** Changes a note that is not there: a transaction, which leaves nothing. */
  write(): Promise<Asked> {
    const input = { id: nobodysId, version: 1, title: "nothing" };
    return time("note.update", () => callHttp(this.#url, "note.update", { cookie: this.#cookie, input }));
  }

  /** Opens a window, and waits for the list in it. */
  openWindow(): Promise<Asked> {
    return time("note.live", async () => {
      const { promise: isShown, resolve: show } = Promise.withResolvers<void>();
      const socket = await WireSocket.open({
        url: this.#url,
        cookie: this.#cookie,
        onFrame: (_, { result }) => result?.type === "data" && show(),
      });
      socket.subscribe("note.live", { limit: 100 }, null);
      const how = await Promise.race([isShown.then(() => "shown"), socket.closed.then(() => "closed")]);
      socket.terminate();
      if (how === "closed") throw new SocketLost("The socket was closed before the list was shown.");
      return { status: 200 };
    });
  }
}

/** Asks a server whether it lives, or is ready. */
export function look(path: "/healthz" | "/readyz", serverUrl: string): Promise<Asked> {
  return time(path, () => fetch(`${serverUrl}${path}`, { signal: AbortSignal.timeout(10_000) }));
}

async function time(path: string, ask: () => Promise<Pick<HttpAnswer, "status">>): Promise<Asked> {
  const at = performance.now();
  const status = await ask().then(
    (answer) => answer.status,
    () => null,
  );
  return { path, tookMs: performance.now() - at, status };
}

const longestArrivalMs = 30_000;
const nobodysId = "00000000-0000-7000-8000-000000000000";
