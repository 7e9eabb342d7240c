import { setTimeout as pause } from "node:timers/promises";

import { inArray } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases, sqliteDialect, type TestDialect } from "@app/services/databases";
import { createOperator, type Operator } from "@countersign/auth";
import { createMemoryBus } from "@countersign/bus";
import { defaultSettings } from "@countersign/contract";
import { authRouter, createProcedures, sessionRouter } from "@countersign/rpc";
import { startTestApp, type TestApp } from "@countersign/rpc/testing";

import { findAuditFacts } from "../audit/find-facts.ts";
import { readEnvironment } from "../environment/read-environment.ts";
import { type Proxy, type ProxyOptions, startProxy } from "../test/start-proxy.ts";

import { type Examination, examineSystem } from "./examine-system.ts";
import type { Symptom } from "./symptom.ts";

const { router } = createProcedures({ permissions: [] });
const appRouter = router({ auth: authRouter, session: sessionRouter });

/** What a proxy is to do: replace what the client says of itself. */
const replacesAddress: ProxyOptions = {
  changeRequest: (headers) => ({ ...headers, "x-forwarded-for": "198.51.100.7" }),
};

describeDatabases((dialect) => {
  test("a system in order has no symptom, signed in or not, and what was made for the look is gone again", async () => {
    await using system = await startSystem({ dialect, proxy: replacesAddress, trustProxy: "loopback" });

    const symptoms = await system.examine({ operator: system.operator });

    expect(wrongOf(symptoms)).toEqual(["hsts"]);
    expect(symptoms.map(({ id, status }) => `${id} ${status}`)).toEqual([
      "reachable ok",
      "ready ok",
      "host ok",
      "public-url ok",
      "hsts warning",
      "clock ok",
      "upgrade ok",
      "foreign-origin ok",
      "frames ok",
      "idle ok",
      "sign-in ok",
      "cookie ok",
      "cookie-on-upgrade ok",
      "client-address ok",
      "behind ok",
    ]);
    expect(await system.operator.listSessions({ limit: 10 })).toMatchObject({ total: 0 });
    expect(await system.operator.listUsers({ limit: 10 })).toMatchObject({ total: 0 });
  });

  test("what a doctor left that was killed is removed by the next one; people with such names are left alone", async () => {
    await using system = await startSystem({ dialect });
    const { operator } = system;
    const make = async (username: string, email: string) => {
      const password = "a few random words";
      const flags = { isEmailVerified: true, isStaff: false, isSuperuser: false, mayBeReserved: true };
      const made = await operator.createUser({ username, email, password, ...flags });
      if (made.status !== "created") throw new Error(JSON.stringify(made));
      return made.user.id;
    };
    const left = "countersign-doctor-00112233445566aa";
    const ids = [
      await make(left, `${left}@example.invalid`),
      await make("countersign-doctor", "ann@example.com"),
      await make("countersign-doctor-00112233445566bb", "bob@example.com"),
    ];
    const { users } = system.app.db.tables;
    await system.app.db.transaction((tx) =>
      tx
        .update(users)
        .set({ createdAt: new Date(Date.now() - 7_200_000) })
        .where(inArray(users.id, ids)),
    );
    const fresh = "countersign-doctor-00112233445566cc";
    await make(fresh, `${fresh}@example.invalid`);

    await system.examine({ operator });

    const { items } = await operator.listUsers({ limit: 10 });
    expect(items.map(({ username, isActive }) => `${username} ${isActive}`)).toEqual([
      "countersign-doctor true",
      "countersign-doctor-00112233445566bb true",
      `${fresh} true`,
    ]);
  });
});

test("a proxy that drops Upgrade is told from a refusal", async () => {
  await using system = await startSystem({ proxy: { dropsUpgrades: true } });
  const upgrade = await system.symptom("upgrade");
  expect(upgrade).toMatchObject({ status: "error" });
  expect(upgrade.cure).toContain("proxy_set_header Upgrade");
});

test("a proxy that cuts silent sockets is found when they are held for long enough, with the time", async () => {
  await using system = await startSystem({ proxy: { cutsAfterMs: 600 } });
  const idle = await system.symptom("idle", { idleSeconds: 2 });
  expect(idle).toMatchObject({ status: "error" });
  expect(idle.what).toMatch(/cut after (?:0\.[5-9]|1\.\d) s/);

  await using patient = await startSystem({ proxy: { cutsAfterMs: 5000 } });
  expect(await patient.symptom("idle", { idleSeconds: 1 })).toMatchObject({ status: "ok" });
});

test("a proxy that keeps frames back is found", async () => {
  await using system = await startSystem({ proxy: { holdsFrames: true } });
  expect(await system.symptom("frames")).toMatchObject({ status: "error" });
});

test("another PUBLIC_URL than the address in use is found, and that its pages may not connect", async () => {
  await using system = await startSystem({ publicUrl: "https://app.example.com" });
  const symptoms = await system.examine();
  expect(wrongOf(symptoms)).toEqual(["public-url", "hsts", "upgrade"]);
  expect(symptoms.find(({ id }) => id === "public-url")?.what).toContain("PUBLIC_URL is https://app.example.com");
  expect(symptoms.find(({ id }) => id === "upgrade")?.cure).toContain("ALLOWED_ORIGINS");
});

test("a Host that the proxy changes to one the server does not know is found", async () => {
  const proxy: ProxyOptions = { changeRequest: (headers) => ({ ...headers, host: "backend.example.net" }) };
  await using system = await startSystem({ proxy, checkHost: true });
  const symptoms = await system.examine();
  expect(wrongOf(symptoms)).toEqual(["host", "hsts", "upgrade"]);
  expect(symptoms.find(({ id }) => id === "upgrade")?.cure).toContain("Host");
});

test("a proxy that writes its own Origin lets in pages of other sites, which is found", async () => {
  await using system = await startSystem({
    proxy: { changeRequest: (headers) => ({ ...headers, origin: `http://${headers.host ?? ""}` }) },
  });
  expect(await system.symptom("foreign-origin")).toMatchObject({ status: "error" });
});

test("a proxy that drops Cookie of upgrades is found by signing in", async () => {
  const proxy: ProxyOptions = {
    changeRequest: ({ cookie, ...headers }) =>
      headers.upgrade === undefined && cookie !== undefined ? { ...headers, cookie } : headers,
  };
  await using system = await startSystem({ proxy });
  const operator = system.operator;
  expect(await system.symptom("cookie-on-upgrade", { operator })).toMatchObject({ status: "error" });
});

test("a proxy that changes the cookie's attributes is found", async () => {
  const proxy: ProxyOptions = {
    changeAnswer: (headers) =>
      headers["set-cookie"]
        ? {
            ...headers,
            "set-cookie": headers["set-cookie"].map((each) => `${each.replace("; HttpOnly", "")}; Domain=localhost`),
          }
        : headers,
  };
  await using system = await startSystem({ proxy });
  expect(await system.symptom("cookie", { operator: system.operator })).toMatchObject({ status: "error" });
});

test("a server that believes whatever address a client claims is found", async () => {
  await using system = await startSystem({ trustProxy: "loopback" });
  const address = await system.symptom("client-address", { operator: system.operator });
  expect(address).toMatchObject({ status: "error" });
  expect(address.cure).toContain("TRUST_PROXY");
});

test("a clock that runs ahead or behind is found, one that agrees is not", async () => {
  await using system = await startSystem({});
  const clockAt = (aheadMs: number) => system.symptom("clock", { now: () => Date.now() + aheadMs });
  expect(await clockAt(0)).toMatchObject({ status: "ok" });
  expect(await clockAt(60_000)).toMatchObject({
    status: "warning",
    what: expect.stringContaining("60 s behind") as string,
  });
  expect((await clockAt(-60_000)).what).toMatch(/6[01] s ahead of/);
});

test("an address where nobody listens, and a proxy that does not reach the server, are told apart", async () => {
  await using proxy = await startProxy();
  const examine = (site: URL) => examineSystem({ site, idleSeconds: 0, known: null, operator: null });
  expect(await examine(proxy.url)).toMatchObject([{ id: "reachable", what: expect.stringContaining("502") as string }]);
  expect(await examine(new URL("http://127.0.0.1:1"))).toMatchObject([
    { id: "reachable", what: expect.stringContaining("ECONNREFUSED") as string },
  ]);
  expect(await examine(new URL("http://nobody.invalid"))).toMatchObject([{ id: "reachable", status: "error" }]);
});

test("when the password of the look is refused, because it is another database, that is said and nothing stays", async () => {
  await using system = await startSystem({});
  await using other = await startSystem({});
  expect(await system.symptom("sign-in", { operator: other.operator })).toMatchObject({ status: "warning" });
  expect(await other.operator.listUsers({ limit: 10 })).toMatchObject({ total: 0 });
});

interface System extends AsyncDisposable {
  readonly app: TestApp;
  readonly operator: Operator;
  examine(changes?: Partial<Examination>): Promise<readonly Symptom[]>;
  symptom(id: string, changes?: Partial<Examination>): Promise<Symptom>;
}

/** A real server behind a proxy that is in order, but for what is asked for. */
async function startSystem(options: {
  readonly dialect?: TestDialect;
  readonly proxy?: ProxyOptions;
  readonly publicUrl?: string;
  readonly trustProxy?: string;
  readonly checkHost?: boolean;
}): Promise<System> {
  const proxy: Proxy = await startProxy(options.proxy);
  const database = await (options.dialect ?? sqliteDialect).create();
  const publicUrl = options.publicUrl ?? proxy.url.origin;
  const app = await startTestApp({
    router: appRouter,
    databaseUrl: database.url,
    publicUrl,
    allowedOrigins: [publicUrl],
    trustProxy: options.trustProxy ?? "",
    checkHost: options.checkHost ?? false,
  });
  proxy.target = new URL(app.url);
  const operator = createOperator({
    db: app.db,
    bus: createMemoryBus(),
    settings: defaultSettings,
    actor: { id: null, name: "test" },
  });
  const environment = readEnvironment({ DATABASE_URL: database.url, PUBLIC_URL: publicUrl });

  async function examine(changes: Partial<Examination> = {}): Promise<readonly Symptom[]> {
    const facts = await findAuditFacts(environment);
    const known = { environment, facts };
    return examineSystem({ site: proxy.url, idleSeconds: 0.2, known, operator: null, ...changes });
  }

  return {
    app,
    operator,
    examine,
    async symptom(id, changes) {
      const found = (await examine(changes)).find((symptom) => symptom.id === id);
      if (!found) throw new Error(`There is no symptom ${id}.`);
      return found;
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      // What the proxy had open is seen by the server a moment later.
      await pause(0);
      await operator.flush();
      await app[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

function wrongOf(symptoms: readonly Symptom[]): string[] {
  return symptoms.filter(({ status }) => status === "error" || status === "warning").map(({ id }) => id);
}
