import { setTimeout as pause } from "node:timers/promises";

import * as fc from "fast-check";
import { expect, test } from "vitest";

import { postgresDialect } from "@app/services/databases";
import { createMemoryBus, type Hint } from "@countersign/bus";
import { defaultSettings } from "@countersign/contract";
import { coreMigrations, type Database, openDatabase } from "@countersign/db";

import { systemClock } from "../clock.ts";
import { hearNotices } from "../test/hear-notices.ts";

import { createLuciaEngine } from "./lucia-engine.ts";
import type { Principal } from "./principal.ts";
import { RecentPrincipals } from "./recent-principals.ts";
import type { SessionEngine } from "./session-engine.ts";

/** More with `PROPERTY_RUNS=500`. */
const runs = Number(process.env["PROPERTY_RUNS"] ?? 8);
const longestMs = 80;

const users = ["ann", "bob", "cid"];
const tokens = ["t1", "t2", "t3", "t4", "t5", "t6"];
const [user, token] = [fc.constantFrom(...users), fc.constantFrom(...tokens)];

/** What takes access away, gives it, or changes what is known of somebody. It names whom it is about. */
const anyChange = fc.oneof(
  user.map((id) => ({ userId: id, text: `update users set first_name = first_name || 'x' where id = '${id}'` })),
  user.map((id) => ({ userId: id, text: `update users set is_active = not is_active where id = '${id}'` })),
  user.map((id) => ({ userId: id, text: `update users set is_staff = not is_staff where id = '${id}'` })),
  user.map((id) => ({ userId: id, text: `delete from user_permissions where user_id = '${id}'` })),
  user.map((id) => ({
    userId: id,
    text: `insert into user_permissions values ('${id}', 'a.b') on conflict do nothing`,
  })),
  user.map((id) => ({ userId: id, text: `delete from sessions where user_id = '${id}'` })),
  token.map((id) => ({ sessionId: id, text: `delete from sessions where id = '${id}'` })),
  token.map((id) => ({ sessionId: id, text: newSession(id, tokens.indexOf(id)) })),
  token.map((id) => ({
    sessionId: id,
    text: `update sessions set expires_at = now() - interval '1 second' where id = '${id}'`,
  })),
  token.map((id) => ({ sessionId: id, text: `update sessions set token_hash = id || 'x' where id = '${id}'` })),
);

/** Here: this process, which tells itself by its bus. Elsewhere: somebody in the database, of whom only notices tell. */
const step = fc.record({
  change: anyChange,
  by: fc.constantFrom("here", "elsewhere"),
  /** Are the notices of it lost on the way, and nobody knows that they are? */
  isLost: fc.boolean(),
  pauseMs: fc.constantFrom(0, 0, 5, 30, 90),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

type Validate = (tokenHash: string) => Promise<Principal | null> | Principal | null;
type Keep = (strict: Validate, recent: RecentPrincipals) => Validate;

test("whoever changes what, told or not: nobody is let in later than the promise, and by nothing that was not so", async () => {
  const { failed, counts } = await checkProperty((_, recent) => (hash) => recent.validate(hash));
  expect(fc.defaultReportMessage(failed) ?? null).toBeNull();
  expect(counts.recalled).toBeGreaterThan(counts.read / 4);
});

test("what is not forgotten when it is told would be found out", async () => {
  const { failed } = await checkProperty((_, recent) => {
    recent.handleExternalChange = () => {};
    return (hash) => recent.validate(hash);
  });
  expect(failed.failed).toBe(true);
});

test("an age that use renews would be found out", async () => {
  const { failed } = await checkProperty((strict) => {
    const kept = new Map<string, { principal: Principal; at: number }>();
    return async (hash) => {
      const known = kept.get(hash);
      if (known && performance.now() - known.at < longestMs) {
        known.at = performance.now();
        return known.principal;
      }
      const principal = await strict(hash);
      if (principal) kept.set(hash, { principal, at: performance.now() });
      return principal;
    };
  });
  expect(failed.failed).toBe(true);
});

test("what is kept although it was told to have changed while it was read would be found out", async () => {
  const { failed } = await checkProperty((strict, recent) => {
    const kept = new Map<string, { principal: Principal; at: number }>();
    recent.handleExternalChange = () => kept.clear();
    return async (hash) => {
      const [known, at] = [kept.get(hash), performance.now()];
      if (known && at - known.at < longestMs) return known.principal;
      const principal = await strict(hash);
      if (principal) kept.set(hash, { principal, at });
      return principal;
    };
  });
  expect(failed.failed).toBe(true);
});

async function checkProperty(keep: Keep) {
  const counts = { recalled: 0, read: 0 };
  await using world = await openWorld();
  const failed = await fc.check(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const found = await world.play(steps, keep);
      counts.recalled += found.recalled;
      counts.read += found.read;
    }),
    { numRuns: runs, endOnFailure: true },
  );
  return { failed, counts };
}

/** What is read of somebody by one statement: who it is by the first, what they may do by the next, a moment later. */
interface Parts {
  readonly who: string;
  readonly rights: string;
}

/** How somebody's principal was, from when at the earliest until when it may be the answer to a question at the latest. */
interface Truth extends Parts {
  readonly from: number;
  until: number;
}

interface Answer extends Parts {
  readonly tokenHash: string;
  readonly askedAt: number;
  readonly answeredAt: number;
}

async function openWorld() {
  const place = await postgresDialect.create();
  const db = await openDatabase(place.url, { migrations: [coreMigrations] });
  const elsewhere = await openDatabase(place.url, { migrations: [] });

  return {
    async play(steps: readonly Step[], keep: Keep) {
      for (const text of filling) await run(db, text);
      const bus = createMemoryBus();
      const engineOf = () =>
        createLuciaEngine({ db, bus, clock: systemClock, settings: defaultSettings, onError: fail });
      const slowly = slowed(engineOf());
      const recent = new RecentPrincipals({ sessions: { validate: slowly }, bus, clock: systemClock, longestMs });
      const stop = recent.start();
      const engine = engineOf();
      const validate = keep(slowly, recent);
      let isLost = false;
      const notices = await hearNotices(db, (change) => isLost || recent.handleExternalChange(change));
      recent.trust("changes");
      const readAll = async () => (await Promise.all(tokens.map((hash) => engine.validate(hash)))).map(partsOf);

      const truths = new Map<string, Truth[]>(tokens.map((hash) => [hash, []]));
      const answers: Promise<Answer>[] = [];
      const askAll = () => void answers.push(...tokens.map((hash) => ask(validate, hash)));
      note(truths, await readAll(), { from: performance.now(), endOfLast: 0 });
      const asking = setInterval(askAll, 2);
      for (const { change: what, by, isLost: isThisLost, pauseMs } of steps) {
        const from = performance.now();
        isLost = isThisLost;
        askAll();
        await run(by === "here" ? db : elsewhere, what.text);
        const committedAt = performance.now();
        if (by === "here" && !isLost) bus.publish(hintOf(what));
        askAll();
        await notices.settled();
        const toldAt = performance.now();
        const present = await readAll();
        note(truths, present, { from, endOfLast: isLost ? committedAt + longestMs : toldAt });
        await pause(pauseMs);
      }
      clearInterval(asking);
      const given = await Promise.all(answers);
      stop();
      await notices.stop();
      for (const answer of given)
        expect(answer, JSON.stringify(truths.get(answer.tokenHash))).toSatisfy(isTrue(truths));
      return recent.counts;
    },
    async [Symbol.asyncDispose]() {
      await elsewhere.close();
      await db.close();
      await place[Symbol.asyncDispose]();
    },
  };
}

/** Answers come some milliseconds late, each as late as it likes: changes are committed and told before they do. */
function slowed({ validate }: Pick<SessionEngine, "validate">): SessionEngine["validate"] {
  let late = 0;
  return async (hash) => {
    const principal = await validate(hash);
    late = (late + 7) % 20;
    await pause(late);
    return principal;
  };
}

/** Past the library: what is written tells nobody but by the database's notices. */
async function run(db: Database, text: string): Promise<void> {
  const postgres = `with changed as (${text} returning 1) select count(*) from changed`;
  await db.prepare("change", { sqlite: "", postgres }).all([]);
}

async function ask(validate: Validate, tokenHash: string): Promise<Answer> {
  const askedAt = performance.now();
  const principal = await validate(tokenHash);
  return { tokenHash, askedAt, answeredAt: performance.now(), ...partsOf(principal) };
}

/** Writes down how everybody is now; what was before and is no more ends. */
function note(
  truths: Map<string, Truth[]>,
  present: readonly Parts[],
  { from, endOfLast }: { readonly from: number; readonly endOfLast: number },
): void {
  for (const [index, parts] of present.entries()) {
    const known = truths.get(tokens[index] ?? "") ?? [];
    const last = known.at(-1);
    if (last?.who === parts.who && last.rights === parts.rights) continue;
    if (last) last.until = endOfLast;
    known.push({ ...parts, from, until: Number.POSITIVE_INFINITY });
  }
}

function isTrue(truths: ReadonlyMap<string, readonly Truth[]>) {
  return ({ tokenHash, who, rights, askedAt, answeredAt }: Answer) => {
    const known = truths.get(tokenHash) ?? [];
    const inTime = known.filter((truth) => truth.from <= answeredAt && askedAt <= truth.until);
    return inTime.some((truth) => truth.who === who) && inTime.some((truth) => truth.rights === rights);
  };
}

function hintOf(what: Step["change"]): Hint {
  return "userId" in what ? { kind: "user", userId: what.userId } : { kind: "session", sessionId: what.sessionId };
}

function partsOf(principal: Principal | null): Parts {
  if (principal === null) return { who: "nobody", rights: "none" };
  const { user: known, session, permissions } = principal;
  return { who: JSON.stringify([known, session]), rights: [...permissions].join(" ") };
}

function fail(error: unknown): never {
  throw error;
}

function newSession(id: string, index: number): string {
  return `insert into sessions
    (id, token_hash, user_id, created_at, last_used_at, authenticated_at, expires_at, absolute_expires_at)
    values ('${id}', '${id}', '${users[index % users.length]}', now(), now(), now(), now() + interval '1 day', now() + interval '1 day')
    on conflict do nothing`;
}

const filling = [
  "delete from users",
  ...users.map(
    (id) => `insert into users (id, username, username_key, created_at) values ('${id}', '${id}', '${id}', now())`,
  ),
  ...tokens.map(newSession),
];
