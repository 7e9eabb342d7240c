import { TRPCClientError } from "@trpc/client";
import type { AnyRouter } from "@trpc/server";

/**
 * Why a call got no answer. `deadline`: none came in time. `disconnected`: the socket was lost. `identity-changed`: it
 * was made for a user who is no longer the one signed in. `refused`: the server sent this client away for good.
 * `closed`: the session client was closed.
 */
export type CallFailureKind = "deadline" | "disconnected" | "identity-changed" | "refused" | "closed";

/** `not-sent`: it was certainly not executed, and may be made again. `unknown`: it may have been executed. */
export type CallOutcome = "not-sent" | "unknown";

/**
 * The error of a call that failed between here and the server; what the server refused is a plain `TRPCClientError` with
 * `ErrorData`. It is never retried by the client: only the caller knows whether doing it twice does harm.
 */
export class CallFailure extends TRPCClientError<AnyRouter> {
  readonly kind: CallFailureKind;
  readonly outcome: CallOutcome;
  readonly path: string;

  constructor(kind: CallFailureKind, outcome: CallOutcome, path: string) {
    super(`${path}: ${explanations[kind]} ${outcomes[outcome]}`);
    // tRPC's constructor sets its own prototype; this is ours again.
    Object.setPrototypeOf(this, CallFailure.prototype);
    this.name = "CallFailure";
    this.kind = kind;
    this.outcome = outcome;
    this.path = path;
  }
}

const explanations: Record<CallFailureKind, string> = {
  deadline: "no answer came in time.",
  disconnected: "the connection was lost before the answer came.",
  "identity-changed": "another user, or nobody, is signed in now.",
  refused: "the server refuses this client. Reload the page.",
  closed: "the session client was closed.",
};

const outcomes: Record<CallOutcome, string> = {
  "not-sent": "It was not sent, so it can safely be made again.",
  unknown: "It may have been carried out: look at the present state before making it again.",
};
