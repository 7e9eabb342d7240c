import type { Principal } from "@countersign/auth";
import type { Notice, Rule } from "@countersign/contract";
import type { MaybePromise } from "@countersign/db";

import type { RequestFacts } from "../connection/request-facts.ts";
import type { Log } from "../services.ts";

import { CallError } from "./call-error.ts";

/** A call whose rule did not let it pass. */
export interface RefusedCall {
  readonly path: string;
  readonly rule: Rule;
  /** Null when nobody is signed in. */
  readonly principal: Principal | null;
  readonly request: RequestFacts;
}

/** What a hook adds to the refusal. It can add words; it cannot let the call pass. */
export interface RefusalAnswer {
  readonly message?: string;
  /** Where the browser is to go: a path of this site. Any other is left out. */
  readonly redirectTo?: string;
  /** Shown to the person as a toast. */
  readonly notice?: Notice;
  readonly details?: Readonly<Record<string, unknown>>;
}

export type RefusalHook = (refused: RefusedCall) => MaybePromise<RefusalAnswer | null>;

/** Who is asked when a rule refuses. The nearest one answers: the procedure's, the router's, the app's. */
export interface RefusalHooks {
  /** Nobody is signed in. */
  readonly onUnauthenticated?: RefusalHook;
  /** Somebody is, without the right. Not asked when only a fresh sign-in is missing: that has an answer of its own. */
  readonly onForbidden?: RefusalHook;
}

/** The refusal with what the hook says of it. A hook that fails changes nothing: refused it stays. */
export async function answerRefusal(
  refusal: CallError,
  refused: RefusedCall,
  hooks: RefusalHooks,
  log: Log,
): Promise<CallError> {
  const hook = findHook(refusal, hooks);
  if (!hook) return refusal;
  try {
    const answer = await hook(refused);
    if (answer === null) return refusal;
    const { message = refusal.message, ...details } = answer;
    return new CallError(refusal.code, message, { ...refusal.details, ...details });
  } catch (error) {
    log.error({ err: error, path: refused.path }, "The hook of a refusal failed");
    return refusal;
  }
}

function findHook({ code, details }: CallError, hooks: RefusalHooks): RefusalHook | undefined {
  if (code === "UNAUTHORIZED") return hooks.onUnauthenticated;
  return details.reason === "REAUTH" ? undefined : hooks.onForbidden;
}
