import { type DataHolder, describeFault, type Principal } from "@countersign/auth";
import type { Transaction } from "@countersign/db";

import { answerLostToken } from "./answer-lost-token.ts";
import type { Caller } from "./call-context.ts";
import { CallError, rateLimited, unauthorized } from "./call-error.ts";
import type { SessionDataKeys } from "./session-data-keys.ts";

/** The data kept with the caller's session, or for the visitor: `ctx.sessionData`. */
export interface SessionDataAccess<Data extends object> {
  /** The value; null when there is none. What does not fit the key's schema any more is none. */
  get<Key extends keyof Data & string>(key: Key): Promise<Data[Key] | null>;
  /**
   * Sets the value. It is kept with the transaction in whose body this is called, else when the call succeeds; never when
   * that fails. Once the session has ended it is not kept at all.
   *
   * @throws when the value does not fit the schema or is too large; UNAUTHORIZED where nothing is kept for visitors, and
   * when the session that the call came with is over.
   */
  set<Key extends keyof Data & string>(key: Key, value: Data[Key]): Promise<void>;
  delete(key: keyof Data & string): Promise<void>;
}

const nothing: ReadonlyMap<string, unknown> = new Map();

/** One call's view of the data: what it has set is what it gets, and is written down together. */
export class CallData implements SessionDataAccess<Record<string, unknown>> {
  readonly #caller: Caller;
  readonly #principal: Principal | null;
  readonly #keys: SessionDataKeys;
  readonly #isStream: boolean;
  /** What this call has set, whether it is written down or not; `undefined` is removed. */
  #own: ReadonlyMap<string, unknown> = nothing;
  /** Of that, what is not written down yet. */
  #pending: ReadonlyMap<string, unknown> = nothing;
  #holder: Promise<DataHolder | null> | null = null;

  constructor(caller: Caller, principal: Principal | null, keys: SessionDataKeys, isStream: boolean) {
    this.#caller = caller;
    this.#principal = principal;
    this.#keys = keys;
    this.#isStream = isStream;
  }

  async get(key: string): Promise<unknown> {
    const { schema } = this.#keyOf(key);
    if (this.#own.has(key)) return this.#own.get(key) ?? null;
    const holder = await this.#findHolder();
    if (holder === null) return null;
    const values = await this.#caller.services.auth.sessionData.read(holder, [key]);
    const parsed = schema.safeParse(values.get(key));
    return parsed.success ? (parsed.data ?? null) : null;
  }

  async set(key: string, value: unknown): Promise<void> {
    const parsed = this.#keyOf(key).schema.parse(value);
    const fault = describeFault(parsed);
    if (fault !== null) throw new Error(`The value of "${key}" in the session's data: ${fault}`);
    await this.#change(key, parsed);
  }

  async delete(key: string): Promise<void> {
    this.#keyOf(key);
    await this.#change(key, undefined);
  }

  /** Runs the body of a transaction: what was set before and in it is part of it. What is set in one that fails is forgotten. */
  async within<Result>(tx: Transaction, body: () => Promise<Result>): Promise<Result> {
    const before = { own: this.#own, pending: this.#pending };
    try {
      const result = await body();
      await this.#write(tx);
      return result;
    } catch (error) {
      this.#own = before.own;
      this.#pending = before.pending;
      throw error;
    }
  }

  /** Writes down what is not written yet: the call has succeeded. */
  async keep(): Promise<void> {
    if (this.#pending.size > 0) await this.#caller.services.db.transaction((tx) => this.#write(tx));
  }

  #keyOf(key: string) {
    const known = Object.hasOwn(this.#keys, key) ? this.#keys[key] : undefined;
    if (known) return known;
    throw undeclared(key);
  }

  async #change(key: string, value: unknown): Promise<void> {
    if (this.#principal === null) await requireNoSession(this.#caller);
    if ((await this.#findHolder()) === null) requireNewVisitor(this.#caller);
    this.#own = new Map([...this.#own, [key, value]]);
    this.#pending = new Map([...this.#pending, [key, value]]);
    // A stream has no end to wait for.
    if (this.#isStream) await this.keep();
  }

  #findHolder(): Promise<DataHolder | null> {
    this.#holder ??=
      this.#principal === null
        ? this.#caller.services.auth.sessionData.findVisitor(this.#caller.visitorHash)
        : Promise.resolve({ kind: "session", id: this.#principal.session.id });
    return this.#holder;
  }

  async #write(tx: Transaction): Promise<void> {
    if (this.#pending.size === 0) return;
    const { sessionData } = this.#caller.services.auth;
    const known = await this.#findHolder();
    if (known !== null) this.#renewCookie(tx);
    await sessionData.write(tx, known ?? (await this.#begin(tx)), this.#pending);
    this.#pending = nothing;
  }

  /** From here on something is kept for this visitor. */
  async #begin(tx: Transaction): Promise<DataHolder> {
    const { settings, visitorCookie, auth } = this.#caller.services;
    const { holder, token } = await auth.sessionData.createVisitor(tx);
    const cookie = visitorCookie.serialize(token, settings.VISITOR_SECONDS);
    tx.afterCommit(() => {
      this.#holder = Promise.resolve(holder);
      this.#caller.reply?.setVisitor(cookie, "visitor");
    });
    return holder;
  }

  /** What is kept is kept for longer now; so is the way to it, where a cookie can be set. */
  #renewCookie(tx: Transaction): void {
    if (this.#principal === null) tx.afterCommit(() => this.#caller.reply?.renewVisitor());
  }
}

/**
 * A browser that presents a session is a user's, also when it has just ended or got another token: what it sets is not to be
 * kept for whoever sits there next.
 */
async function requireNoSession(caller: Caller): Promise<void> {
  if (caller.tokenHash === null) return;
  await answerLostToken(caller);
  throw unauthorized();
}

/** May something be kept for this visitor, for whom nothing is kept so far? */
function requireNewVisitor({ services, reply, addressKey }: Caller): void {
  if (!services.settings.VISITOR_DATA) throw unauthorized();
  if (reply === null) {
    throw new CallError("BAD_REQUEST", "The first value of a visitor sets a cookie: call this over HTTP.", {
      reason: "WRONG_TRANSPORT",
    });
  }
  if (!services.visitorLimit.admit(addressKey, performance.now())) throw rateLimited(60);
}

/** `ctx.sessionData` of an app that declares none. */
export const noData: SessionDataAccess<Record<string, unknown>> = {
  get: (key) => Promise.reject(undeclared(key)),
  set: (key) => Promise.reject(undeclared(key)),
  delete: (key) => Promise.reject(undeclared(key)),
};

function undeclared(key: string): Error {
  return new Error(`"${key}" is not declared. Add it to defineSessionData and hand that to createProcedures.`);
}
