import type { Principal } from "@countersign/auth";
import type { Rule } from "@countersign/contract";
import { DatabaseUnavailable, type MaybePromise, waitPatiently } from "@countersign/db";

import { answerLostToken } from "./answer-lost-token.ts";
import type { Caller } from "./call-context.ts";
import { type CallError, outcomeUnknown, withheld } from "./call-error.ts";
import { checkRule } from "./check-rule.ts";
import { refuseEnded, requireAlive } from "./ended-connection.ts";

export interface StandingOptions {
  readonly rule: Rule;
  readonly type: "query" | "mutation" | "subscription";
  readonly principal: Principal | null;
  /** It was let in by a reading from before (SESSION_CHECK=cached), on which its answer may stand as well. */
  readonly isRecalled: boolean;
}

/** A change that was committed so lately needs no judge: the session was locked in its transaction. */
const lockedAgoMs = 25;

/**
 * As long as that an answer leaves by the check before its call, where a check is of what is committed at that moment (SQLite).
 * It is what a quick call takes; the other looks are for those that waited.
 */
const presentMs = 2;

/**
 * What a call stands on: who called it, and by which rule. It is asked again after each wait and before the answer leaves, so
 * that nothing is read or answered for one whose access has gone meanwhile (decision 035).
 */
export class Standing {
  readonly rule: Rule;
  readonly type: StandingOptions["type"];
  readonly #caller: Caller;
  readonly #isRecalled: boolean;
  #principal: Principal | null;
  #checkedAt = performance.now();
  #committedAt: number | null = null;
  #isInDoubt = false;
  #hasFailed = false;

  constructor(caller: Caller, { rule, type, principal, isRecalled }: StandingOptions) {
    this.rule = rule;
    this.type = type;
    this.#caller = caller;
    this.#principal = principal;
    this.#isRecalled = isRecalled;
  }

  /** Who calls, as last asked. */
  get principal(): Principal | null {
    return this.#principal;
  }

  /** A transaction that stood on the session, and had it locked, has been committed just now. */
  noteCommit(): void {
    this.#committedAt = performance.now();
  }

  /** A change ended with this. Nobody may know whether it was committed. */
  noteLoss(error: unknown): void {
    if (error instanceof DatabaseUnavailable && error.outcomeUnknown) this.#isInDoubt = true;
  }

  /** The call has failed: what was not committed by now, and is in no doubt, has not been done. */
  noteFailure(error: Error): void {
    this.#hasFailed = true;
    this.noteLoss(error.cause);
  }

  /**
   * Of a change whose database was away in the end it is said that nothing was changed. Not of one that had committed something
   * before: whoever tried it again would do that twice.
   *
   * @throws OUTCOME_UNKNOWN
   */
  requireUndone(failure: unknown): void {
    if (this.type !== "mutation" || this.#committedAt === null) return;
    // One that is in doubt itself is told so anyway.
    if (failure instanceof DatabaseUnavailable && !failure.outcomeUnknown) throw outcomeUnknown();
  }

  /**
   * Asks who holds the session now. Is it whom it was, with what they might do? Of a call that shows what anyone may see
   * nothing is asked.
   *
   * @throws the refusal, when the session or the right has gone; DatabaseUnavailable
   */
  renew(): MaybePromise<boolean> {
    requireAlive(this.#caller.connection);
    const { tokenHash } = this.#caller;
    if (tokenHash === null || this.#principal === null) return true;
    const { auth, recent } = this.#caller.services;
    if (recent === null && performance.now() - this.#checkedAt < presentMs) return true;
    const present =
      recent === null ? auth.sessions.validate(tokenHash, "tick") : recent.confirm(tokenHash, this.#isRecalled);
    if (!(present instanceof Promise)) return this.#renewBy(present);
    // On SQLite it waits for nobody.
    return (recent === null ? present : waitPatiently(present)).then((now) => this.#renewBy(now));
  }

  /**
   * May what was made leave? False when it was made for rights that have changed since, so that it is to be made again; never of
   * a mutation.
   *
   * @throws the refusal, when the session or the right has gone. Of a mutation: that it may have been done, and is not shown.
   */
  mayLeave(): MaybePromise<boolean> {
    if (this.type !== "mutation") return this.renew();
    // What sets cookies or ends the session itself tells of its own deed; what anyone may call shows nothing of the user.
    if (this.rule.transport === "http" || this.rule.access === "public") return true;
    if (this.#committedAt !== null && performance.now() - this.#committedAt < lockedAgoMs) return true;
    return this.#mayMutationLeave();
  }

  async #mayMutationLeave(): Promise<true> {
    try {
      await this.renew();
      return true;
    } catch (error) {
      const isUndone = this.#hasFailed && !this.#isInDoubt && this.#committedAt === null;
      throw isUndone ? error : withheld(error);
    }
  }

  #renewBy(present: Principal | null): MaybePromise<boolean> {
    const before = this.#principal;
    this.#checkedAt = performance.now();
    requireAlive(this.#caller.connection);
    const { connection } = this.#caller;
    if (present === null && connection !== null) return this.#refuse(refuseEnded(connection), present);
    const refusal = this.#refusalOf(present);
    if (refusal !== null) return this.#refuse(refusal, present);
    this.#principal = present;
    return before?.user.version === present?.user.version && before?.session.id === present?.session.id;
  }

  #refusalOf(present: Principal | null): CallError | null {
    const { services } = this.#caller;
    const { freshWithinSeconds, ...lasting } = this.rule;
    // How fresh the sign-in was decided whether it might be done: it was.
    const isDone = this.type === "mutation" && freshWithinSeconds !== undefined;
    const rule = isDone ? lasting : this.rule;
    return checkRule(rule, present, services.clock.now(), services.settings.SESSION_FRESH_SECONDS);
  }

  async #refuse(refusal: MaybePromise<CallError>, present: Principal | null): Promise<never> {
    if (present === null) await answerLostToken(this.#caller);
    throw await refusal;
  }
}
