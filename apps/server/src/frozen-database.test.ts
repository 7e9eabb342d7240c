import { execFileSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

import { expect, test } from "vitest";

import { startOwnPostgres } from "@app/services";

import { startReplica } from "./test/start-replica.ts";

test("REL-23: a server whose database hangs answers every call in time, says that it is not ready, and recovers by itself", async () => {
  await using postgres = await startOwnPostgres();
  await using server = await startReplica({ DATABASE_URL: await postgres.createDatabase() });
  const cookie = await signUp(server.url);
  const ask = (path: string, body?: object) => call(server.url, { path, cookie, body });
  expect(await ask("note.create", { title: "before", body: "" })).toMatchObject({ status: 200 });

  using frozen = freeze(postgres.pid() ?? 0);
  const calls = Array.from({ length: 60 }, (_, number) =>
    number % 2 === 0 ? ask("note.list?input=%7B%7D") : ask("note.create", { title: `note ${number}`, body: "" }),
  );
  const health = await watchHealth(server.url, 6000);
  const answers = await Promise.all(calls);

  // Five seconds are what a statement may take; the rest is what this machine may.
  expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(7000);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
  expect(new Set(health.live)).toEqual(new Set([200]));
  expect(health.ready).toContain(503);

  frozen.thaw();
  const thawed = performance.now();
  await expect.poll(() => ask("session.me").then(({ status }) => status), { timeout: 10_000 }).toBe(200);
  await expect.poll(() => statusOf(`${server.url}/readyz`), { timeout: 10_000 }).toBe(200);
  expect(performance.now() - thawed).toBeLessThan(10_000);
  expect(await ask("note.create", { title: "after", body: "" })).toMatchObject({ status: 200 });
}, 90_000);

/** Stops the database's processes, all of them, as they are. */
function freeze(postmaster: number): { thaw(): void } & Disposable {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const children = table.split("\n").flatMap((line) => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    return pid !== undefined && parent === postmaster ? [pid] : [];
  });
  const all = [postmaster, ...children];
  const signal = (name: NodeJS.Signals) => {
    for (const pid of all) process.kill(pid, name);
  };
  let isFrozen = true;
  const thaw = () => {
    if (isFrozen) signal("SIGCONT");
    isFrozen = false;
  };
  signal("SIGSTOP");
  return { thaw, [Symbol.dispose]: thaw };
}

async function watchHealth(url: string, ms: number) {
  const seen: { readonly live: number[]; readonly ready: number[] } = { live: [], ready: [] };
  for (const end = performance.now() + ms; performance.now() < end; await pause(250)) {
    seen.live.push(await statusOf(`${url}/healthz`, 1000));
    void statusOf(`${url}/readyz`).then((status) => seen.ready.push(status));
  }
  return seen;
}

/** 0 when there was no answer in time. */
async function statusOf(url: string, timeoutMs = 10_000): Promise<number> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch(() => null);
  return answer?.status ?? 0;
}

async function call(
  url: string,
  asked: { readonly path: string; readonly cookie: string; readonly body?: object | undefined },
) {
  const { path, cookie, body } = asked;
  const begun = performance.now();
  const headers = { cookie, origin: url, "content-type": "application/json" };
  const init = body ? { method: "POST", body: JSON.stringify(body), headers } : { headers };
  const answer = await fetch(`${url}/trpc/${path}`, init);
  await answer.arrayBuffer();
  return { status: answer.status, tookMs: performance.now() - begun };
}

/** A new account, signed in. Answers with its cookie. */
async function signUp(url: string): Promise<string> {
  const body = JSON.stringify({ username: "eve", password: "a few random words" });
  const headers = { origin: url, "content-type": "application/json" };
  const answer = await fetch(`${url}/trpc/auth.register`, { method: "POST", headers, body });
  expect(answer.status).toBe(200);
  return answer.headers.get("set-cookie")?.split(";")[0] ?? "";
}
