import type { TestDialect } from "@app/services/databases";
import { type Bus, createMemoryBus, type Hint } from "@countersign/bus";
import { defaultSettings, type Settings } from "@countersign/contract";
import type { Database } from "@countersign/db";

import type { Auth } from "../auth.ts";
import { createAuth } from "../create-auth.ts";
import type { Mail } from "../mail/mailer.ts";
import type { Principal } from "../session/principal.ts";
import { hashToken } from "../session/token.ts";
import { createTestClock, type TestClock } from "../testing/test-clock.ts";
import { createDatabaseAttempts } from "../throttle/database-attempts.ts";

import { borrowDatabase } from "./borrow-database.ts";
import { interruptDatabase, type InterruptedDatabase } from "./interrupt-database.ts";
import { createTestMailer, type TestMailer } from "./mailer.ts";
import { recordHints } from "./record-hints.ts";

const testPermissions = ["notes.view", "notes.change", "notes.remove"] as const;
export const testUrl = "https://app.example.com";
export const testPassword = "correct horse battery";
export const nowhere = { ip: null, userAgent: null, presented: null };

export interface TestAuth extends AsyncDisposable, Pick<InterruptedDatabase, "beforeTransaction" | "failSessions"> {
  readonly auth: Auth;
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: TestClock;
  /** What was published, in order, but for what only lists of admins watch. */
  readonly hints: Hint[];
  /** What nobody waited for. */
  readonly errors: unknown[];
  /** What is no failure and yet was told. */
  readonly warnings: string[];
  readonly mailer: TestMailer;
  /** The mails sent since it was last asked, those still on their way included. */
  takeMails(): Promise<readonly Mail[]>;
  /** Makes a user with `testPassword`, signed in. */
  register(username: string, email?: string): Promise<SignedIn>;
  validate(token: string): Promise<Principal | null>;
}

export interface SignedIn {
  readonly id: string;
  readonly token: string;
  readonly principal: Principal;
}

/** Everything of this package on an empty database of its own. */
export async function openTestAuth(dialect: TestDialect, settings: Partial<Settings> = {}): Promise<TestAuth> {
  const borrowed = await borrowDatabase(dialect);
  const { db } = borrowed;
  const bus = createMemoryBus();
  const clock = createTestClock();
  const hints = recordHints(bus);
  const errors: unknown[] = [];
  const warnings: string[] = [];
  const interrupted = interruptDatabase(db);
  const mailer = createTestMailer();
  const auth = createAuth({
    db: interrupted.db,
    bus,
    clock,
    // Not over the interrupted one: what happens at the worst moment is to happen to the command, not to its counting.
    attempts: createDatabaseAttempts({ db, clock }),
    settings: { ...defaultSettings, PASSWORD_HASH_CONCURRENCY: 2, ...settings },
    permissions: testPermissions,
    mailer,
    publicUrl: testUrl,
    onError: (error) => errors.push(error),
    onWarning: (message) => warnings.push(message),
  });

  return {
    auth,
    db,
    bus,
    clock,
    hints,
    errors,
    warnings,
    mailer,
    async takeMails() {
      await auth.mail.flush();
      return mailer.take();
    },
    failSessions: interrupted.failSessions,
    beforeTransaction: interrupted.beforeTransaction,
    async register(username, email) {
      const result = await auth.accounts.register({ username, email, password: testPassword }, nowhere);
      if (result.status !== "signed-in") throw new Error(`${username} was not registered: ${result.status}.`);
      return { id: result.principal.user.id, token: result.token, principal: result.principal };
    },
    validate: (token) => auth.sessions.validate(hashToken(token) ?? ""),
    async [Symbol.asyncDispose]() {
      // What is written in the background belongs to this test, not to the next one on the same database.
      await auth.mail.flush();
      await auth.throttle.flush();
      await auth.audit.flush();
      await bus.close();
      await borrowed[Symbol.asyncDispose]();
    },
  };
}
