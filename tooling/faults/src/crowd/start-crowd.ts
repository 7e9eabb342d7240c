import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** What a part of the crowd is told to do. */
export type CrowdOrder =
  | { readonly kind: "open"; readonly port: number; readonly origin: string; readonly cookies: readonly string[] }
  | { readonly kind: "expect"; readonly text: string }
  | { readonly kind: "tell" };

/** What happened since the last time: moments by `Date.now()`. */
export interface CrowdNews {
  /** A socket was tried to be opened. */
  readonly triedAt: number[];
  /** A client was live again. */
  readonly liveAt: number[];
  /** How long the one who was without a socket for longest was. */
  readonly longestAwayMs: number;
  /** Tries that failed. */
  readonly failed: number;
  /** Subscriptions that ended with an error: their frames. */
  readonly refused: string[];
  /** Only when an order has been carried out: what each client lacks that is not live. */
  readonly missing?: readonly string[];
}

/** Thousands of clients in a few processes of their own. */
export interface Crowd extends AsyncDisposable {
  readonly size: number;
  /**
   * From now on a client is live when it has another socket than now with both subscriptions, and has been shown this text by
   * both: by the snapshot over that socket, by the list since now. Forgets what was before.
   */
  expect(text: string): Promise<void>;
  /** What has happened since. */
  seen(): Omit<CrowdNews, "missing">;
  /** Resolves when all are live; false when they are not within this time. */
  allLive(withinMs: number): Promise<boolean>;
  /** How many are not live, by what they lack. */
  missing(): Promise<Readonly<Record<string, number>>>;
}

/** Opens a socket for each of these cookies, and resolves when all are live. */
export async function startCrowd(options: {
  readonly port: number;
  readonly origin: string;
  readonly cookies: readonly string[];
  readonly processes: number;
}): Promise<Crowd> {
  const { cookies, processes, port, origin } = options;
  await using stack = new AsyncDisposableStack();
  let seen = nothing();
  const parts = Array.from({ length: processes }, () => {
    const child = fork(entry, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    stack.defer(() => end(child));
    child.on("message", (news: CrowdNews) => {
      if (news.missing) return;
      seen.triedAt.push(...news.triedAt);
      seen.liveAt.push(...news.liveAt);
      seen.refused.push(...news.refused);
      seen.failed += news.failed;
      seen.longestAwayMs = Math.max(seen.longestAwayMs, news.longestAwayMs);
    });
    return child;
  });

  const crowd = {
    size: cookies.length,
    async expect(text: string) {
      await Promise.all(parts.map((part) => tell(part, { kind: "expect", text })));
      seen = nothing();
    },
    seen: () => seen,
    async missing() {
      const all = (await Promise.all(parts.map((part) => tell(part, { kind: "tell" })))).flat();
      return Object.fromEntries(
        Array.from(
          Map.groupBy(all, (what) => what),
          ([what, one]) => [what, one.length],
        ),
      );
    },
    async allLive(withinMs: number) {
      const deadline = performance.now() + withinMs;
      while (seen.liveAt.length < cookies.length && performance.now() < deadline) {
        if (parts.some(({ exitCode }) => exitCode !== null)) throw new Error("A process of the crowd ended by itself.");
        await pause(20);
      }
      return seen.liveAt.length >= cookies.length;
    },
  };
  await Promise.all(
    parts.map((part, place) => {
      const own = cookies.filter((_, index) => index % processes === place);
      return tell(part, { kind: "open", port, origin, cookies: own });
    }),
  );
  if (!(await crowd.allLive(openWithinMs))) {
    throw new Error(`The crowd could not be let in: ${JSON.stringify(await crowd.missing())}`);
  }
  const kept = stack.move();
  return { ...crowd, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

const entry = join(import.meta.dirname, "crowd-process.ts");
const openWithinMs = 120_000;

function nothing() {
  return { triedAt: [] as number[], liveAt: [] as number[], refused: [] as string[], longestAwayMs: 0, failed: 0 };
}

/** Resolves when the order has been carried out, with what the clients lack that are not live. */
async function tell(part: ChildProcess, order: CrowdOrder): Promise<readonly string[]> {
  const answered = Promise.withResolvers<readonly string[]>();
  const onMessage = (news: CrowdNews) => news.missing && answered.resolve(news.missing);
  part.on("message", onMessage);
  part.send(order);
  const missing = await answered.promise;
  part.off("message", onMessage);
  return missing;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}
