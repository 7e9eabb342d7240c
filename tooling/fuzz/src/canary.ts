import { once } from "node:events";

import { WebSocket } from "ws";

/** An honest user, whose calls must be answered rightly and quickly whatever happens beside them. */
export interface Canary extends Disposable {
  /** Makes one call, and remembers how long its answer took, and whether it was wrong or none. */
  sing(): Promise<void>;
  readonly tookMs: readonly number[];
  readonly wrong: readonly string[];
}

const patienceMs = 10_000;

/** Registers a user and opens their socket. */
export async function openCanary(origin: string): Promise<Canary> {
  const cookie = await register(origin);
  const socket = new WebSocket(`${origin.replace("http", "ws")}/trpc`, { headers: { cookie, origin } });
  const waiting = new Map<number, (answer: unknown) => void>();
  const tookMs: number[] = [];
  const wrong: string[] = [];
  let lastId = 0;
  socket.on("message", (data: Buffer) => {
    const text = data.toString();
    if (!text.startsWith("{")) return;
    const message = JSON.parse(text) as { readonly id: number };
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  socket.on("error", () => {});
  socket.on("close", (code: number) => wrong.push(`The canary's socket was closed with ${code}.`));
  await once(socket, "open");

  function ask(path: string): Promise<unknown> {
    const id = ++lastId;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const timer = setTimeout(resolve, patienceMs, "no answer");
    waiting.set(id, resolve);
    socket.send(JSON.stringify({ id, method: "query", params: { path } }));
    return promise.finally(() => clearTimeout(timer));
  }

  return {
    async sing() {
      const from = performance.now();
      const answer = JSON.stringify(await ask("account.profile"));
      tookMs.push(performance.now() - from);
      if (!answer.includes('"username":"canary"')) wrong.push(answer.slice(0, 300));
    },
    tookMs,
    wrong,
    [Symbol.dispose]() {
      socket.removeAllListeners("close");
      socket.terminate();
    },
  };
}

async function register(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/trpc/auth.register`, {
    method: "POST",
    headers: { origin, "content-type": "application/json" },
    body: JSON.stringify({ username: "canary", password: "a long enough word" }),
  });
  if (!answer.ok) throw new Error(`The canary could not be registered: ${await answer.text()}`);
  return answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}
