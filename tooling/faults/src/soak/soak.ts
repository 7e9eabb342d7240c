import { callHttp, SocketLost, startTopology, type Violation, WireSocket } from "@app/workload";

import type { FaultOptions, FaultReport } from "../fault.ts";

import { findStranger, isRefusal, type Owner } from "./owner-of.ts";

/** SES-20: two users on two servers ask all the time, while their sessions get new tokens; no answer is another's. */
export async function soak({ length, tell }: FaultOptions): Promise<FaultReport> {
  const env = { CALLS_PER_SECOND: "100000", CALLS_BURST: "100000" };
  await using topology = await startTopology({ database: "postgres", replicas: 2, env });
  const users = await Promise.all(["anna", "bert"].map((name) => begin(topology.url, name)));
  const seen: Seen = { answers: 0, refused: 0, lost: 0, rotations: 0, strangers: [] };
  const endsAt = Date.now() + (length === "long" ? 600_000 : 3000);
  while (Date.now() < endsAt) {
    await Promise.all(users.map((user) => askWhileRotating(user, users, seen)));
    tell(`${seen.answers} answers, ${seen.rotations} new tokens`);
  }
  for (const user of users) for (const socket of user.sockets) socket.terminate();

  const strangers = [...seen.strangers];
  const asked = seen.answers + seen.refused + seen.lost;
  const how = `${asked} calls, ${seen.rotations} new tokens, 2 users, 2 servers, ${length === "long" ? "10 min" : "3 s"}`;
  const share = seen.answers / Math.max(1, asked);
  return {
    violations: strangers.map((what): Violation => ({ rule: "I7", what, shownBy: [] })),
    figures: [
      {
        name: "answers that were another user's",
        target: "0",
        seen: String(strangers.length),
        isMet: strangers.length === 0,
        how,
      },
      {
        name: "answers that were their own",
        target: "≥ 50 %",
        seen: `${(share * 100).toFixed(1)} %`,
        isMet: share >= 0.5,
        how,
      },
    ],
  };
}

interface User extends Owner {
  readonly url: string;
  readonly password: string;
  cookie: string;
  sockets: WireSocket[];
}

interface Seen {
  answers: number;
  refused: number;
  lost: number;
  rotations: number;
  readonly strangers: string[];
}

/** How many calls at once, half over HTTP and half over sockets. */
const atOnce = 500;
const socketsOfUser = 4;

async function begin(url: string, name: string): Promise<User> {
  const password = `${name}: words nobody would guess`;
  const { cookie, body } = await callHttp(url, "auth.register", { input: { username: name, password } });
  if (cookie === null) throw new Error(`${name} could not register: ${body}`);
  const user: User = { url, name, password, cookie, note: `a note of ${name}`, sockets: [] };
  await callHttp(url, "note.create", { cookie, input: { title: user.note, body: "" } });
  await reopen(user);
  return user;
}

/** New sockets with the present cookie; the balancer deals them out to both servers. */
async function reopen(user: User): Promise<void> {
  for (const socket of user.sockets) socket.terminate();
  const { url, cookie } = user;
  user.sockets = await Promise.all(
    Array.from({ length: socketsOfUser }, () => WireSocket.open({ url, cookie, onFrame() {} })),
  );
}

async function askWhileRotating(user: User, users: readonly User[], seen: Seen): Promise<void> {
  const { url, cookie, sockets } = user;
  const overHttp = (path: string) => async () => (await callHttp(url, path, { method: "GET", cookie })).body;
  const overSocket = (path: string, index: number) => async () =>
    JSON.stringify(await sockets[index % sockets.length]?.call("query", path, undefined));
  const asked = Array.from({ length: atOnce }, (_, index) => {
    const path = index % 4 < 2 ? "account.profile" : "note.list";
    return judge(user, users, seen, index % 2 === 0 ? overHttp(path) : overSocket(path, index >> 2));
  });
  const rotated = callHttp(url, "auth.stepUp", { cookie, input: { password: user.password } });
  await Promise.all(asked);
  const { cookie: next, status, body } = await rotated;
  if (next === null) throw new Error(`${user.name} got no new token: ${status} ${body}`);
  seen.rotations += 1;
  user.cookie = next;
  await reopen(user);
}

async function judge(user: User, users: readonly User[], seen: Seen, ask: () => Promise<string>): Promise<void> {
  try {
    const answer = await ask();
    const stranger = findStranger(answer, user, users);
    if (stranger !== null) seen.strangers.push(`${user.name} was answered with what is ${stranger}'s: ${answer}`);
    else if (isRefusal(answer)) seen.refused += 1;
    else if (answer.includes(user.name)) seen.answers += 1;
    else seen.strangers.push(`${user.name} was answered with what is nobody's: ${answer}`);
  } catch (error) {
    if (!(error instanceof SocketLost)) throw error;
    seen.lost += 1;
  }
}
