import { setTimeout as pause } from "node:timers/promises";

import { callHttp, type Topology, WireSocket } from "@app/workload";

/** Somebody signed in, with a socket at each server. */
export interface Member {
  readonly cookie: string;
  readonly sockets: readonly WireSocket[];
}

/** How the end of a session came to its sockets. */
export interface End {
  /** From the answer to the sign-out to the last of them; infinite when one was open longer than it may. */
  readonly tookMs: number;
  /** How many were closed as those of somebody who has signed out. */
  readonly told: number;
}

let count = 0;

/** A new account. */
export async function register({ url }: Topology): Promise<{ readonly name: string; readonly cookie: string }> {
  count += 1;
  const name = `member${count}`;
  const answer = await callHttp(url, "auth.register", { input: { username: name, password: passwordOf(name) } });
  if (answer.cookie === null) throw new Error(`${name} could not register: ${answer.status} ${answer.body}`);
  return { name, cookie: answer.cookie };
}

export async function join(topology: Topology): Promise<Member> {
  const { name } = await register(topology);
  const input = { login: name, password: passwordOf(name) };
  const { cookie, status, body } = await callHttp(topology.url, "auth.login", { input });
  if (cookie === null) throw new Error(`${name} could not sign in: ${status} ${body}`);
  const sockets = await atEach(topology, () => WireSocket.open({ url: topology.url, cookie, onFrame() {} }));
  return { cookie, sockets };
}

/** Signs out, at any of the servers, and waits for the sockets at all of them. */
export async function leave(topology: Topology, { cookie, sockets }: Member, withinMs: number): Promise<End> {
  const { status, body } = await callHttp(topology.url, "auth.logout", { cookie });
  if (status !== 200) throw new Error(`The sign-out was answered ${status}: ${body}`);
  const began = performance.now();
  const closing = Promise.all(sockets.map(({ closed }) => closed));
  const closed = await Promise.race([closing, pause(withinMs, null, { ref: false })]);
  for (const socket of sockets) socket.terminate();
  if (closed === null) return { tookMs: Number.POSITIVE_INFINITY, told: 0 };
  const told = closed.filter(({ code, reason }) => code === 4401 && reason === "signed_out");
  return { tookMs: performance.now() - began, told: told.length };
}

/**
 * Are the servers told over Redis of the end of sessions? At those where it was not ended, it is known over the bus that it was
 * a sign-out; the database's own notice, which does not say why, may have been faster now and then.
 */
export async function isTold(topology: Topology, leaseMs: number): Promise<boolean> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const { told } = await leave(topology, await join(topology), leaseMs);
    if (told === topology.servers.length) return true;
  }
  return false;
}

const mostTries = 10;

/** How many of so many wrong guesses at one password, made one after the other, were looked at. */
export async function guess({ url }: Topology, name: string, times: number): Promise<number> {
  let looked = 0;
  for (let made = 0; made < times; made += 1) {
    const { status } = await callHttp(url, "auth.login", { input: { login: name, password: `guess ${made} of many` } });
    if (status !== 429) looked += 1;
  }
  return looked;
}

/** At how many of the servers calls through this cookie are answered as a user's. */
export async function countLetIn(topology: Topology, cookie: string): Promise<number> {
  const answers = await atEach(topology, () => callHttp(topology.url, "note.list", { method: "GET", cookie }));
  return answers.filter(({ status }) => status !== 401).length;
}

/** The same at one server after the other: meanwhile the balancer sends new connections there. */
async function atEach<Result>({ balancer }: Topology, act: () => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  const ports = balancer.ports;
  try {
    for (const port of ports) {
      balancer.ports = [port];
      results.push(await act());
    }
  } finally {
    balancer.ports = ports;
  }
  return results;
}

function passwordOf(name: string): string {
  return `${name}: words nobody would guess`;
}
