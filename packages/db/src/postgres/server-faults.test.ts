import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

import { eq, sql } from "drizzle-orm";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { type OwnPostgres, startOwnPostgres } from "@app/services";

import {
  coreMigrations,
  type CoreTables,
  type Database,
  DatabaseUnavailable,
  type ExternalChange,
  forUpdate,
  openDatabase,
  type OpenDatabaseOptions,
  Patience,
  type Transaction,
  UniqueViolation,
} from "../index.ts";
import { newUser } from "../test/open-test-database.ts";
import { runByHand } from "../test/run-by-hand.ts";

let server: OwnPostgres;
beforeAll(async () => {
  server = await startOwnPostgres();
});
afterAll(() => server.stop());

test("REL-22: Postgres crashes and restarts: the process lives, works again by itself, and hears of changes again", async () => {
  await using opened = await open();
  const { db, url } = opened;
  await db.insert(db.tables.users).values(newUser("ann"));
  const changes: ExternalChange[] = [];
  await db.watchExternalChanges((change) => changes.push(change), { pollMs: 50 });
  // More than one connection is idle when the server goes.
  await Promise.all([db.ping(), db.ping(), db.ping()]);

  await server.halt("immediate");
  await expect(db.ping()).rejects.toThrow(DatabaseUnavailable);
  await expect(db.insert(db.tables.users).values(newUser("bob"))).rejects.toThrow(DatabaseUnavailable);
  await server.resume();

  await vi.waitFor(() => db.ping(), { timeout: 5000 });
  expect(await db.select().from(db.tables.users)).toMatchObject([{ id: "ann" }]);
  await vi.waitFor(() => expect(changes).toEqual([{ kind: "all" }]), { timeout: 5000 });
  await runByHand(url, "update users set first_name = 'Ann'");
  await vi.waitFor(() => expect(changes).toEqual([{ kind: "all" }, { kind: "user", id: "ann" }]));
});

test("REL-22: a transaction that loses its connection is DatabaseUnavailable, wrote nothing, and runs no effect", async () => {
  await using opened = await open();
  const { db, url } = opened;
  const effect = vi.fn<() => void>();

  const attempt = db.transaction(async (tx) => {
    tx.afterCommit(effect);
    await tx.insert(tx.tables.users).values(newUser("ann"));
    await terminateOthers(url);
    await tx.insert(tx.tables.users).values(newUser("bob"));
  });

  await expect(attempt).rejects.toMatchObject({ name: "DatabaseUnavailable", outcomeUnknown: false });
  expect(await db.$count(db.tables.users)).toBe(0);
  expect(effect).not.toHaveBeenCalled();
});

test("a transaction that lost its connection and swallowed that is not taken for committed", async () => {
  await using opened = await open();
  const { db, url } = opened;

  const attempt = db.transaction(async (tx) => {
    await terminateOthers(url);
    await tx
      .insert(tx.tables.users)
      .values(newUser("ann"))
      .catch(() => {});
  });

  await expect(attempt).rejects.toThrow(DatabaseUnavailable);
});

test("a connection lost while committing leaves the outcome unknown, and says so", async () => {
  await using opened = await open();
  const { db, url } = opened;
  const effect = vi.fn<() => void>();
  await makeWritesSlow(url, { atCommit: true });

  const attempt = db.transaction(async (tx) => {
    tx.afterCommit(effect);
    await tx.insert(tx.tables.users).values(newUser("ann"));
  });
  attempt.catch(() => {});
  await pause(200);
  await terminateOthers(url);

  await expect(attempt).rejects.toMatchObject({ name: "DatabaseUnavailable", outcomeUnknown: true });
  expect(effect).not.toHaveBeenCalled();
});

test("so does one lost during a single write; during a read there is nothing to know", async () => {
  await using opened = await open();
  const { db, url } = opened;
  await makeWritesSlow(url, { atCommit: false });

  const write = db.insert(db.tables.users).values(newUser("ann")).execute();
  write.catch(() => {});
  const read = db
    .select({ slept: sql`pg_sleep(5)` })
    .from(sql`generate_series(1, 1)`)
    .execute();
  read.catch(() => {});
  await pause(200);
  await terminateOthers(url);

  await expect(write).rejects.toMatchObject({ name: "DatabaseUnavailable", outcomeUnknown: true });
  await expect(read).rejects.toMatchObject({ name: "DatabaseUnavailable", outcomeUnknown: false });
});

test("REL-23: a frozen server: everything is answered in time, and works again when it thaws", async () => {
  await using opened = await open({ statementTimeoutMs: 400, poolSize: 2 });
  const { db, url } = opened;
  await db.insert(db.tables.users).values(newUser("ann"));
  const statement = db.prepare("users", { sqlite: "", postgres: "select id from users where id = $1" });
  const pids = [server.pid() ?? 0, ...(await backendPids(url))];
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  const begun = performance.now();

  const attempts = await Promise.allSettled([
    db.ping(),
    ...Array.from({ length: 20 }, () => statement.all(["ann"])),
    ...Array.from({ length: 20 }, (_, number) => db.insert(db.tables.users).values(newUser(`user-${number}`))),
    db.transaction((tx) => tx.delete(tx.tables.users)),
  ]);
  const tookMs = performance.now() - begun;
  for (const pid of pids) process.kill(pid, "SIGCONT");

  expect(tookMs).toBeLessThan(2500);
  const refusals = attempts.flatMap((attempt) => (attempt.status === "rejected" ? [attempt.reason as unknown] : []));
  expect(refusals).toHaveLength(attempts.length);
  expect(refusals.filter((reason) => !(reason instanceof DatabaseUnavailable))).toEqual([]);
  await vi.waitFor(() => db.ping(), { timeout: 5000 });
  expect(await statement.all(["ann"])).toEqual([{ id: "ann" }]);
});

test("REL-23: connections that the network swallowed are given up, and new ones are made", async () => {
  await using network = await startProxy(server.port);
  const url = new URL(await server.createDatabase());
  url.port = String(network.port);
  await using db = await openDatabase(url.href, { migrations: [coreMigrations], statementTimeoutMs: 200, poolSize: 2 });
  await Promise.all([db.ping(), db.ping()]);

  network.swallow();
  const transaction = db.transaction((tx) => tx.insert(tx.tables.users).values(newUser("ann")));
  await expect(transaction).rejects.toThrow(DatabaseUnavailable);
  await expect(db.ping()).rejects.toThrow(DatabaseUnavailable);

  await db.ping();
  await db.transaction((tx) => tx.insert(tx.tables.users).values(newUser("bob")));

  // Neither do connections that are idle when they are swallowed keep it from closing.
  network.swallow();
  const begun = performance.now();
  await db.close();
  expect(performance.now() - begun).toBeLessThan(1000);
});

test("REL-23: a pool of one that is taken: others wait until their time is up, and no longer", async () => {
  await using opened = await open({ statementTimeoutMs: 200, poolSize: 1 });
  const { db } = opened;
  const { promise: hasBegun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();

  const transaction = db.transaction(async (tx) => {
    await tx.insert(tx.tables.users).values(newUser("ann"));
    begin();
    await mayEnd;
  });
  await hasBegun;
  await expect(db.ping()).rejects.toThrow("no connection came free in time");
  end();
  await transaction;

  expect(await db.$count(db.tables.users)).toBe(1);
});

test("REL-23: a caller that has waited already is refused when its patience ends, by the server itself; one that has not, later", async () => {
  await using opened = await open({ statementTimeoutMs: 3000, lockTimeoutMs: 3000, poolSize: 2 });
  const { db, url } = opened;
  await db.insert(db.tables.users).values(newUser("ann"));
  await using lock = await lockUsers(url);
  const before = await backendPids(url);
  const write = (tx: Transaction) => tx.update(tx.tables.users).set({ firstName: "Ann" });
  const timed = async (work: () => Promise<unknown>) => {
    const begun = performance.now();
    await expect(work()).rejects.toMatchObject({ name: "DatabaseUnavailable", outcomeUnknown: false });
    return performance.now() - begun;
  };

  // One transaction at a time: of two connections one is left to single statements.
  const first = timed(() => new Patience(1000).run(() => db.transaction(write)));
  await pause(600);
  const second = timed(() => new Patience(1000).run(() => db.transaction(write)));
  const impatient = timed(() => new Patience(300).run(async () => db.select().from(db.tables.users)));
  expect(await first).toBeLessThan(2500);
  // Its turn came after 0.4 s.
  expect(await second).toBeLessThan(2500);
  expect(await second).toBeGreaterThan(900);
  expect(await impatient).toBeLessThan(2500);
  // No statement was left to itself: its connection has ended with it, or is there and used again.
  await vi.waitFor(async () => expect(await waitingBackends(url)).toBe(0), { timeout: 5000 });
  expect(await backendPids(url)).toEqual(expect.arrayContaining(before));

  // The negative control: without patience each wait has the whole time.
  const within = { statementTimeoutMs: 1000, lockTimeoutMs: 1000, poolSize: 2 };
  await using other = await openDatabase(url, { migrations: [], ...within });
  const third = timed(() => other.transaction(write));
  await pause(600);
  expect(await timed(() => other.transaction(write))).toBeGreaterThan(1300);
  await third;
  await lock.release();
  await new Patience(1000).run(() => db.transaction(write));
  expect(await db.select().from(db.tables.users)).toMatchObject([{ firstName: "Ann" }]);
});

test("a read that is given up keeps its connection until the server has given it up as well: no more run there than the pool has", async () => {
  await using opened = await open({ statementTimeoutMs: 1000, lockTimeoutMs: 1000, poolSize: 2 });
  const { db, url } = opened;
  await using lock = await lockUsers(url);
  const reads: Promise<unknown>[] = [];
  for (let round = 0; round < 6; round += 1) {
    const read = () => Promise.allSettled([1, 2].map(async () => db.$count(db.tables.users)));
    reads.push(new Patience(100).run(read));
    await pause(110);
    expect(await waitingBackends(url)).toBeLessThanOrEqual(2);
  }
  await Promise.all(reads);
  await lock.release();
  await vi.waitFor(async () => expect(await db.$count(db.tables.users)).toBe(0), { timeout: 3000 });
});

test("a transaction whose beginning the server gives up half done leaves no open one behind on its connection", async () => {
  await using opened = await open({ statementTimeoutMs: 1000, lockTimeoutMs: 1000, poolSize: 1 });
  const { db, url } = opened;
  const locker = new Client(url);
  await locker.connect();
  try {
    // What a transaction that begins late asks for the times it has left.
    await locker.query("begin; lock table pg_settings in access exclusive mode");
    await new Patience(890).run(() => expect(db.transaction(async () => {})).rejects.toThrow(DatabaseUnavailable));
    await locker.query("rollback");
  } finally {
    await locker.end();
  }

  expect(await db.$count(db.tables.users)).toBe(0);
  await db.transaction((tx) => tx.insert(tx.tables.users).values(newUser("ann")));
  expect(await db.$count(db.tables.users)).toBe(1);
});

test("a connection that is still in a transaction is not given to the next one", async () => {
  await using opened = await open({ poolSize: 1 });
  const { db, url } = opened;
  const leaveOpen = db.prepare("leaveOpen", { sqlite: "", postgres: "begin" });
  await leaveOpen.all([]);
  await db.insert(db.tables.users).values(newUser("ann"));
  // What was written is there for others: it was not written within what was left open.
  await using other = await openDatabase(url, { migrations: [] });
  expect(await other.$count(other.tables.users)).toBe(1);
});

test("what must not wait does not: where all connections are taken, a prepared read gets one of those kept for it", async () => {
  await using opened = await open({ statementTimeoutMs: 200, poolSize: 1 });
  const { db } = opened;
  const check = db.prepare<{ one: number }>("check", { sqlite: "", postgres: "select 1 as one" });
  const { promise: hasBegun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const transaction = db.transaction(async () => {
    begin();
    await mayEnd;
  });
  await hasBegun;

  await expect(db.ping()).rejects.toThrow("no connection came free in time");
  expect(await Promise.all(Array.from({ length: 20 }, async () => check.all([])))).toEqual(
    Array.from({ length: 20 }, () => [{ one: 1 }]),
  );
  end();
  await transaction;
});

test("REL-23: a server that takes no more connections: refused at once, and answered again when one is free", async () => {
  const url = await server.createDatabase();
  const role = `limited_${nameOf(url)}`;
  await runByHand(url, `create role ${role} login connection limit 3; alter database ${nameOf(url)} owner to ${role}`);
  const limited = new URL(url);
  limited.username = role;
  await runByHand(url, `alter schema public owner to ${role}`);
  await using db = await openDatabase(limited.href, { migrations: [coreMigrations], poolSize: 5 });
  const others = await Promise.all(Array.from({ length: 3 }, () => connectTo(limited.href)));
  const begun = performance.now();

  const attempts = await Promise.allSettled([
    db.ping(),
    ...Array.from({ length: 50 }, (_, number) => db.insert(db.tables.users).values(newUser(`user-${number}`))),
    db.transaction((tx) => tx.delete(tx.tables.users)),
  ]);
  const tookMs = performance.now() - begun;

  expect(tookMs).toBeLessThan(5000);
  const refusals = attempts.flatMap((attempt) => (attempt.status === "rejected" ? [attempt.reason as unknown] : []));
  expect(refusals).toHaveLength(attempts.length);
  for (const refusal of refusals) expect(refusal).toMatchObject({ name: "DatabaseUnavailable", outcomeUnknown: false });
  expect(String(refusals[0])).toContain("too many connections");

  await Promise.all(others.map((other) => other.end()));
  await vi.waitFor(() => db.ping(), { timeout: 5000 });
  expect(await db.$count(db.tables.users)).toBe(0);
});

test("REL-23: ten thousand wait at most; who comes then is refused at once, and all others in time", async () => {
  await using opened = await open({ statementTimeoutMs: 1500, poolSize: 1 });
  const { db } = opened;
  const { promise: hasBegun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const transaction = db.transaction(async (tx) => {
    await tx.select().from(tx.tables.users);
    begin();
    await mayEnd;
  });
  await hasBegun;
  const begun = performance.now();

  const refusals: unknown[] = [];
  const attempts = Array.from({ length: 10_500 }, () => db.ping().catch((error: unknown) => refusals.push(error)));
  await pause(0);
  expect(refusals).toHaveLength(500);
  expect(String(refusals[0])).toContain("statements wait for the database. Try again later.");
  await Promise.all(attempts);
  end();
  await transaction;

  expect(refusals).toHaveLength(10_500);
  expect(refusals.filter((refusal) => !(refusal instanceof DatabaseUnavailable))).toEqual([]);
  expect(performance.now() - begun).toBeLessThan(5000);
  await db.ping();
});

test("transactions that all read by `db` in their bodies do not wait for each other's connections", async () => {
  await using opened = await open({ poolSize: 3 });
  const { db } = opened;
  const begun = performance.now();

  await Promise.all(
    Array.from({ length: 12 }, (_, number) =>
      db.transaction(async (tx) => {
        await tx.insert(tx.tables.users).values(newUser(`user-${number}`));
        await db.ping();
        await db.select().from(db.tables.users);
      }),
    ),
  );

  expect(performance.now() - begun).toBeLessThan(3000);
  expect(await db.$count(db.tables.users)).toBe(12);
});

test("a statement that takes too long is DatabaseUnavailable, is stopped, and its connection is used again", async () => {
  await using opened = await open({ statementTimeoutMs: 100, poolSize: 1 });
  const { db, url } = opened;
  await db.ping();
  const before = await backendPids(url);

  const slow = db.select({ slept: sql`pg_sleep(5)` }).from(sql`generate_series(1, 1)`);
  await expect(slow).rejects.toMatchObject({ name: "DatabaseUnavailable", outcomeUnknown: false });

  await db.ping();
  expect(await backendPids(url)).toEqual(before);
});

test("a row that another transaction keeps locked is DatabaseUnavailable after the lock timeout", async () => {
  await using opened = await open({ lockTimeoutMs: 100 });
  const { db } = opened;
  const { users } = db.tables;
  await db.insert(users).values(newUser("ann"));

  await db.transaction(async (tx) => {
    await forUpdate(tx, tx.select().from(users).where(eq(users.id, "ann")));
    // Another one, from outside of this body.
    await using other = await openDatabase(opened.url, { migrations: [], lockTimeoutMs: 100 });
    await expect(other.update(users).set({ firstName: "Ann" })).rejects.toThrow(DatabaseUnavailable);
  });

  await db.update(users).set({ firstName: "Ann" });
});

test("of two that dead-lock one commits, and the other is DatabaseUnavailable", async () => {
  await using opened = await open();
  const { db } = opened;
  const { users } = db.tables;
  await db.insert(users).values([newUser("ann"), newUser("bob")]);
  const change = (first: string, then: string) =>
    db.transaction(async (tx) => {
      await tx.update(users).set({ firstName: "x" }).where(eq(users.id, first));
      await pause(100);
      await tx.update(users).set({ firstName: "x" }).where(eq(users.id, then));
    });

  const attempts = await Promise.allSettled([change("ann", "bob"), change("bob", "ann")]);

  expect(attempts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(attempts.find(({ status }) => status === "rejected")).toMatchObject({
    reason: { name: "DatabaseUnavailable", outcomeUnknown: false },
  });
});

test("a refused write does not cost the connection", async () => {
  await using opened = await open({ poolSize: 1 });
  const { db, url } = opened;
  await db.insert(db.tables.users).values(newUser("ann"));
  const before = await backendPids(url);

  for (let tries = 0; tries < 3; tries += 1) {
    await expect(db.insert(db.tables.users).values(newUser("ann"))).rejects.toThrow(UniqueViolation);
  }

  expect(await backendPids(url)).toEqual(before);
});

test("a standby, or a server that only reads, is DatabaseUnavailable for writes and answers reads", async () => {
  await using opened = await open();
  await runByHand(opened.url, `alter database ${nameOf(opened.url)} set default_transaction_read_only = on`);
  await using db = await openDatabase(opened.url, { migrations: [] });

  expect(await db.$count(db.tables.users)).toBe(0);
  await expect(db.insert(db.tables.users).values(newUser("ann"))).rejects.toThrow(DatabaseUnavailable);
});

async function open(
  options: Partial<OpenDatabaseOptions<CoreTables>> = {},
): Promise<{ db: Database; url: string } & AsyncDisposable> {
  const url = await server.createDatabase();
  const db = await openDatabase(url, { migrations: [coreMigrations], ...options });
  return { db, url, [Symbol.asyncDispose]: () => db.close() };
}

/** Stands between program and server. What it swallows it neither passes on nor closes, as a network that was cut. */
async function startProxy(serverPort: number): Promise<{ port: number; swallow(): void } & AsyncDisposable> {
  const connections = new Set<{ readonly client: Socket; readonly upstream: Socket }>();
  const proxy = createServer((client) => {
    const upstream = connect(serverPort, "127.0.0.1");
    for (const socket of [client, upstream]) socket.on("error", () => socket.destroy());
    client.pipe(upstream).pipe(client);
    connections.add({ client, upstream });
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");

  return {
    port: (proxy.address() as AddressInfo).port, // A TCP server that listens has a TCP address.
    swallow() {
      for (const { client, upstream } of connections) {
        client.unpipe().pause();
        upstream.unpipe().pause();
      }
    },
    async [Symbol.asyncDispose]() {
      for (const { client, upstream } of connections) {
        client.destroy();
        upstream.destroy();
      }
      proxy.close();
    },
  };
}

/** Ends all other connections to this database, as an administrator's shut-down does. */
async function terminateOthers(url: string): Promise<void> {
  await runByHand(
    url,
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
}

/** Inserting a user takes five seconds from now on, at once or when the transaction commits. */
async function makeWritesSlow(url: string, { atCommit }: { readonly atCommit: boolean }): Promise<void> {
  await runByHand(
    url,
    `create function sleep() returns trigger language plpgsql as $$ begin perform pg_sleep(5); return null; end $$;
     create constraint trigger sleep after insert on users ${atCommit ? "deferrable initially deferred" : ""}
       for each row execute function sleep()`,
  );
}

/** Nobody reads or writes users until it is released. */
async function lockUsers(url: string): Promise<{ release(): Promise<void> } & AsyncDisposable> {
  const client = await connectTo(url);
  await client.query("begin; lock table users in access exclusive mode");
  let ended: Promise<void> | null = null;
  const release = () => (ended ??= client.end());
  return { release, [Symbol.asyncDispose]: release };
}

/** How many statements wait for a lock. */
async function waitingBackends(url: string): Promise<number> {
  const client = await connectTo(url);
  const { rows } = await client.query<{ count: number }>(
    "select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
  await client.end();
  return rows[0]?.count ?? -1;
}

async function backendPids(url: string): Promise<number[]> {
  await using client = Object.assign(new Client(url), {
    async [Symbol.asyncDispose]() {
      await client.end();
    },
  });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() order by pid",
  );
  return rows.map(({ pid }) => pid);
}

async function connectTo(url: string): Promise<Client> {
  const client = new Client(url);
  await client.connect();
  return client;
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}
