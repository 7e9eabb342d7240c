import { expect, test } from "vitest";

import { postgresDialect } from "@app/services/databases";
import { createLiveRows, type LiveRows } from "@countersign/client";

import { type OpenClient, openClient } from "./test/open-client.ts";
import { startReplica } from "./test/start-replica.ts";
import { startTcpBalancer } from "./test/tcp-balancer.ts";

const people = 6;

test("WSK-25: a server is stopped under load: no mutation fails, none is done twice, no change is missed, nobody sees it", async () => {
  const { acknowledged, code, failed, flashes, states, tookMs } = await stopUnderLoad("SIGTERM", {
    DRAIN_SETTLE_SECONDS: "1",
    DRAIN_SECONDS: "10",
  });

  expect({ code, failed, flashes }).toEqual({ code: 0, failed: [], flashes: [] });
  expect(new Set(states)).toEqual(new Set());
  expect(tookMs).toBeLessThan(10_000);
  process.stderr.write(
    `drain: ${people} clients moved, ${acknowledged} mutations acknowledged, 0 failed, exit 0 after ${tookMs} ms\n`,
  );
}, 120_000);

test("WSK-22: sockets that have no time to move are closed, what they had asked is done elsewhere, once, and their lists go on with the same question", async () => {
  const { code, failed, flashes, states } = await stopUnderLoad("SIGTERM", { DRAIN_SECONDS: "0" });

  expect({ code, failed, flashes }).toEqual({ code: 0, failed: [], flashes: [] });
  // It was seen: they had to come back.
  expect(states).toContain("reconnecting");
}, 120_000);

test("negative control: that a server was killed is seen", async () => {
  const { states } = await stopUnderLoad("SIGKILL", {});

  expect(states).toContain("reconnecting");
}, 120_000);

/**
 * Ends one of two servers behind a balancer while people write on both, and looks for what was lost: every acknowledged note
 * must be there once, in the list and in the live list, and no other but those whose outcome was unknown.
 */
async function stopUnderLoad(signal: NodeJS.Signals, settings: Readonly<Record<string, string>>) {
  await using database = await postgresDialect.create();
  const ports: number[] = [];
  await using balancer = await startTcpBalancer(() => ports);
  const env = { DATABASE_URL: database.url, PUBLIC_URL: balancer.url, ...settings };
  await using first = await startReplica(env);
  await using second = await startReplica(env);
  ports.push(first.port, second.port);
  await using crowd = await openCrowd(balancer.url);
  const writers = crowd.members.map((member) => startWriting(member));
  await pause(500);

  const stoppedAt = performance.now();
  const code = await first.end(signal);
  const tookMs = Math.round(performance.now() - stoppedAt);
  await expect.poll(() => crowd.members.every(isConnected), { timeout: 10_000 }).toBe(true);
  await pause(500);
  for (const writer of writers) writer.stop();
  const results = await Promise.all(writers.map(({ ended }) => ended));

  for (const [index, member] of crowd.members.entries()) {
    const { acknowledged = [], failed = [] } = results[index] ?? {};
    const titles = await readTitles(member);
    expect(titles).toEqual([...new Set(titles)]);
    expect(new Set(titles).isSupersetOf(new Set(acknowledged))).toBe(true);
    expect(titles.length).toBeLessThanOrEqual(acknowledged.length + failed.length);
    await expect
      .poll(() =>
        member.list
          .get()
          .rows.map(({ title }) => title)
          .toSorted(),
      )
      .toEqual(titles.toSorted());
  }
  return {
    code,
    tookMs,
    acknowledged: results.flatMap(({ acknowledged }) => acknowledged).length,
    failed: results.flatMap(({ failed }) => failed),
    flashes: crowd.members.flatMap(({ flashes }) => flashes),
    states: crowd.members.flatMap(({ opened }) => opened.states).filter((state) => state !== "open"),
  };
}

test("a second signal ends it at once", async () => {
  await using database = await postgresDialect.create();
  await using replica = await startReplica({ DATABASE_URL: database.url, DRAIN_SETTLE_SECONDS: "20" });
  const from = performance.now();
  replica.signal("SIGTERM");
  await expect.poll(async () => (await fetch(`${replica.url}/readyz`)).status).toBe(503);
  expect(await replica.end("SIGTERM")).toBe(130);
  expect(performance.now() - from).toBeLessThan(5000);
});

test("a terminal that is closed drains it as well, however often it is told", async () => {
  await using database = await postgresDialect.create();
  await using replica = await startReplica({ DATABASE_URL: database.url, DRAIN_SETTLE_SECONDS: "2" });
  const from = performance.now();
  replica.signal("SIGHUP");
  await expect.poll(async () => (await fetch(`${replica.url}/readyz`)).status).toBe(503);
  expect(await replica.end("SIGHUP")).toBe(0);
  expect(performance.now() - from).toBeGreaterThan(1900);
});

interface Member {
  readonly opened: OpenClient;
  readonly list: LiveRows<Note>;
  /** What its list showed besides rows, once it had some. */
  readonly flashes: string[];
}

interface Note {
  readonly id: string;
  readonly version: number;
  readonly title: string;
}

async function openCrowd(url: string) {
  const stack = new DisposableStack();
  const members: Member[] = [];
  for (let person = 0; person < people; person += 1) {
    const opened = stack.use(await openClient(url, await register(url, `person${person}`)));
    // Of what they write, half is not asked for here: it must never be seen.
    const query = { limit: 100, search: "note" };
    const list = createLiveRows<Note>(opened.client, (observer) => opened.rpc.note.live.subscribe(query, observer));
    const flashes: string[] = [];
    let length = 0;
    stack.defer(
      list.subscribe(() => {
        const { status, rows } = list.get();
        if (status !== "ready" && length > 0) flashes.push(status);
        if (rows.length < length) flashes.push(`${length} rows, then ${rows.length}`);
        length = rows.length;
      }),
    );
    members.push({ opened, list, flashes });
  }
  await expect.poll(() => members.every(({ list }) => list.get().status === "ready")).toBe(true);
  return { members, [Symbol.asyncDispose]: async () => stack.dispose() };
}

/** Writes notes one after the other, each as soon as the one before is acknowledged, until it is told to stop. */
function startWriting({ opened: { rpc } }: Member) {
  const acknowledged: string[] = [];
  const failed: string[] = [];
  let isStopped = false;
  async function write() {
    while (!isStopped && acknowledged.length < 95) {
      const title = `note ${acknowledged.length + failed.length}`;
      await rpc.note.create.mutate({ title, body: "" }).then(
        () => acknowledged.push(title),
        (error: unknown) => failed.push(`${title}: ${String(error)}`),
      );
      await rpc.note.create
        .mutate({ title: `other ${title}`.replace("note", "thing"), body: "" })
        .catch((error: unknown) => {
          failed.push(`other ${title}: ${String(error)}`);
        });
      await pause(20);
    }
    return { acknowledged, failed };
  }
  return { ended: write(), stop: () => (isStopped = true) };
}

function isConnected({ opened: { client } }: Member): boolean {
  return client.connection.get().state === "open";
}

async function readTitles({ opened: { rpc } }: Member): Promise<string[]> {
  const { rows } = await rpc.note.list.query({ limit: 100, search: "note" });
  return rows.map(({ title }) => title);
}

async function register(url: string, username: string): Promise<string> {
  const answer = await fetch(`${url}/trpc/auth.register`, {
    method: "POST",
    headers: { origin: url, "content-type": "application/json" },
    body: JSON.stringify({ username, password: "a long enough word" }),
  });
  if (!answer.ok) throw new Error(`${username} could not be registered: ${await answer.text()}`);
  return answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
