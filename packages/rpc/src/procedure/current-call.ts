import { AsyncLocalStorage } from "node:async_hooks";

import type { CoreTables } from "@countersign/db";

import type { CallContext } from "./call-context.ts";
import type { Turn } from "./holder-turns.ts";

type Call = CallContext<CoreTables, string>;

const running = new AsyncLocalStorage<{ readonly call: Call; readonly turn: Turn | null }>();

/**
 * The call that this code runs in, for what is called deep below a procedure and should not hand `ctx` through. Queries and
 * mutations only; a subscription's generator takes `ctx`.
 *
 * @throws outside of a call: at start, in a timer, in a script there is no request and no user.
 */
export function currentCall(): Call {
  const store = running.getStore();
  if (store) return store.call;
  throw new Error(
    "Outside of a call there is no request and no user. Hand over what is needed as an argument, or call this from a procedure.",
  );
}

/** Does this code run within a call? */
export function isInCall(): boolean {
  return running.getStore() !== undefined;
}

/** The turn that this code runs in; null where it takes none. */
export function currentTurn(): Turn | null {
  return running.getStore()?.turn ?? null;
}

/** Runs the rest of a call so that `currentCall` finds it, and `currentTurn` the turn it has. */
export function runCall<Result>(call: Call, turn: Turn | null, rest: () => Result): Result {
  return running.run({ call, turn }, rest);
}
