import { setTimeout as pause } from "node:timers/promises";

import { callHttp, Random, SocketLost, WireSocket } from "@app/workload";

/** People who come, look and go, each in one of many ways. They write nothing. */
export interface Visits {
  /** How many there have been so far. */
  readonly count: number;
  /** Lets those who are there finish; resolves when all have gone. @throws when any of them was not served */
  stop(): Promise<void>;
}

export interface VisitsOptions {
  /** Where browsers reach the site. */
  readonly url: string;
  /** Each comes again and again. See `makeVisitors`. */
  readonly visitors: readonly Visitor[];
  readonly seed: number;
  /** How long each stays away, at most. */
  readonly awayMs: number;
}

export interface Visitor {
  readonly name: string;
  readonly cookie: string;
}

/** Makes the accounts. */
export function makeVisitors(url: string, count: number): Promise<readonly Visitor[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, place) => {
      const name = `visitor${place}`;
      const { cookie, body } = await callHttp(url, "auth.register", {
        input: { username: name, password: passwordOf(name) },
      });
      if (cookie === null) throw new Error(`${name} could not register: ${body}`);
      return { name, cookie };
    }),
  );
}

export function startVisits({ url, visitors, seed, awayMs }: VisitsOptions): Visits {
  const random = new Random(seed);
  let [count, isStopped] = [0, false];
  const all = visitors.map(async (visitor, place) => {
    const own = random.fork(place);
    while (!isStopped) {
      await own.pick(ways)?.(url, visitor, own);
      count += 1;
      await pause(own.whole(0, awayMs));
    }
  });
  // Whoever fails before the end is noticed by `stop`.
  for (const one of all) one.catch(() => {});
  return {
    get count() {
      return count;
    },
    async stop() {
      isStopped = true;
      await Promise.all(all);
    },
  };
}

type Way = (url: string, visitor: Visitor, random: Random) => Promise<void>;

/** What keeps something on a server, and has to give it back however it ends. */
const ways: readonly Way[] = [lookAround, changeLists, dropAtOnce, askOverHttp, signInAndOut];

/** Opens a window, watches for a while, and goes without a word. */
async function lookAround(url: string, { cookie }: Visitor, random: Random): Promise<void> {
  const socket = await open(url, cookie);
  socket.subscribe("session.snapshot", null, null);
  socket.subscribe("session.notifications", null, null);
  socket.subscribe("note.live", { limit: 50 }, null);
  await ask(socket);
  await pause(random.whole(0, 500));
  socket.terminate();
}

/** Opens one list after the other in the same window, and closes each. */
async function changeLists(url: string, { cookie }: Visitor, random: Random): Promise<void> {
  const socket = await open(url, cookie);
  for (let lists = 0; lists < 5; lists += 1) {
    const id = socket.subscribe("note.live", { limit: random.whole(1, 100) }, null);
    if (random.chance(0.5)) await ask(socket);
    socket.unsubscribe(id);
  }
  await ask(socket);
  socket.terminate();
}

/** Is gone before anything is shown. */
async function dropAtOnce(url: string, { cookie }: Visitor): Promise<void> {
  const socket = await open(url, cookie);
  for (let lists = 0; lists < 3; lists += 1) socket.subscribe("note.live", { limit: 50 }, null);
  void socket.call("query", "note.list", {}).catch(ignoreLoss);
  socket.terminate();
}

async function askOverHttp(url: string, { cookie }: Visitor): Promise<void> {
  const { status, body } = await callHttp(url, "note.list", { method: "GET", cookie });
  if (status !== 200) throw new Error(`A visitor was answered with ${status}: ${body}`);
}

/** Has a session of its own, which ends while its window is open. */
async function signInAndOut(url: string, { name }: Visitor): Promise<void> {
  const { cookie, body } = await callHttp(url, "auth.login", { input: { login: name, password: passwordOf(name) } });
  if (cookie === null) throw new Error(`${name} could not sign in: ${body}`);
  const socket = await open(url, cookie);
  socket.subscribe("session.snapshot", null, null);
  socket.subscribe("note.live", { limit: 50 }, null);
  await ask(socket);
  await callHttp(url, "auth.logout", { cookie });
  await socket.closed;
}

function open(url: string, cookie: string): Promise<WireSocket> {
  return WireSocket.open({ url, cookie, onFrame() {} });
}

async function ask(socket: WireSocket): Promise<void> {
  const { error } = await socket.call("query", "note.list", {});
  if (error) throw new Error(`A visitor was refused: ${error.message}`);
}

/** It left before the answer came, as it meant to. */
function ignoreLoss(error: unknown): void {
  if (!(error instanceof SocketLost)) throw error;
}

function passwordOf(name: string): string {
  return `${name}: words nobody would guess`;
}
