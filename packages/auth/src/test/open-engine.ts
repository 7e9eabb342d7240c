import type { TestDialect } from "@app/services/databases";
import { type Bus, createMemoryBus, type Hint } from "@countersign/bus";
import { defaultSettings, type Settings } from "@countersign/contract";
import type { Database } from "@countersign/db";

import type { Clock } from "../clock.ts";
import { newId } from "../new-id.ts";
import type { Principal } from "../session/principal.ts";
import type { NewSession, Rotation, SessionEngine } from "../session/session-engine.ts";
import { hashToken } from "../session/token.ts";
import { createTestClock, type TestClock } from "../testing/test-clock.ts";

import { borrowDatabase } from "./borrow-database.ts";
import { insertUser } from "./insert-user.ts";
import { recordHints } from "./record-hints.ts";
import { watchUpdates, type WatchedUpdates } from "./watch-updates.ts";

/** What an engine is made of. */
interface EngineOptions {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly onError: (error: unknown) => void;
}

export type CreateEngine = (options: EngineOptions) => SessionEngine;

export const origin = { ip: "192.0.2.1", userAgent: "Firefox" };

/** An engine on an empty database of its own: idle after one hour, at an end after two, touched once a minute. */
export interface TestEngine extends AsyncDisposable {
  readonly engine: SessionEngine;
  /** What it is made of. */
  readonly options: EngineOptions;
  readonly db: Database;
  readonly clock: TestClock;
  /** What was published, in order, but for what only lists of sessions watch. */
  readonly hints: Hint[];
  readonly errors: unknown[];
  /** The engine's UPDATE statements outside of transactions. */
  readonly updates: WatchedUpdates;
  /** Makes a user and a session. */
  signIn(username: string): Promise<NewSession>;
  create(userId: string, options?: Partial<Parameters<SessionEngine["create"]>[1]>): Promise<NewSession>;
  /** Rotates in a transaction of its own. */
  rotate(session: NewSession, options?: Rotation): Promise<NewSession>;
  /** Ends in a transaction of its own. */
  end(
    which: Parameters<SessionEngine["end"]>[1],
    reason?: Parameters<SessionEngine["end"]>[2],
  ): Promise<readonly string[]>;
  validate(session: NewSession): Promise<Principal | null>;
  isValid(session: NewSession): Promise<boolean>;
  /** Touches, and waits until nothing is being written. */
  touch(principal: Principal | null): Promise<void>;
}

export async function openTestEngine(
  dialect: TestDialect,
  createEngine: CreateEngine,
  settings: Partial<Settings> = {},
): Promise<TestEngine> {
  const borrowed = await borrowDatabase(dialect);
  const { db } = borrowed;
  const bus = createMemoryBus();
  const clock = createTestClock();
  const hints = recordHints(bus);
  const errors: unknown[] = [];
  const updates = watchUpdates(db);
  const options: EngineOptions = {
    db: updates.db,
    bus,
    clock,
    settings: { ...defaultSettings, ...hours, ...settings },
    onError: (error) => errors.push(error),
  };
  const engine = createEngine(options);

  const validate = ({ token }: NewSession) => engine.validate(hashToken(token) ?? "");
  const create: TestEngine["create"] = (userId, begun = {}) =>
    db.transaction((tx) => engine.create(tx, { ...origin, remember: false, ...begun, userId }));

  return {
    engine,
    options,
    db,
    clock,
    hints,
    errors,
    updates,
    create,
    signIn: async (username) => create(await insertUser(db, username)),
    async rotate({ session }, how) {
      const rotated = await db.transaction((tx) => engine.rotate(tx, session.id, how));
      if (!rotated) throw new Error("The session had ended.");
      return rotated;
    },
    end: (which, reason = "ended") => db.transaction((tx) => engine.end(tx, which, reason)),
    validate,
    isValid: async (session) => (await validate(session)) !== null,
    async touch(principal) {
      if (principal) engine.touch(principal);
      await updates.settled();
    },
    async [Symbol.asyncDispose]() {
      await updates.settled();
      await borrowed[Symbol.asyncDispose]();
    },
  };
}

const hours = { SESSION_IDLE_SECONDS: 3600, SESSION_ABSOLUTE_SECONDS: 2 * 3600, SESSION_TOUCH_SECONDS: 60 };

/** Makes a group as a person in the database would. */
export async function insertGroup(db: Database, name: string, permissions: readonly string[]): Promise<string> {
  const { groups, groupPermissions } = db.tables;
  const groupId = newId();
  await db.insert(groups).values({ id: groupId, name, createdAt: new Date(0) });
  for (const permission of permissions) await db.insert(groupPermissions).values({ groupId, permission });
  return groupId;
}
