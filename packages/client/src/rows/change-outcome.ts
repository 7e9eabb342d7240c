import type { LiveRow } from "@countersign/contract";

import { CallFailure } from "../call-failure.ts";
import { readErrorData } from "../error-data.ts";

/** How a change of a row ended. It is never an exception: nobody has to wait for it. */
export type ChangeOutcome<Row extends LiveRow> =
  /** `row` is as the server has it now; null when it was removed. */
  | { readonly status: "done"; readonly row: Row | null }
  /** It was changed by somebody else meanwhile, into `current`. */
  | { readonly status: "conflict"; readonly current: Row; readonly error: unknown }
  /** Some fields are not valid: messages by field. */
  | {
      readonly status: "invalid";
      readonly fields: Readonly<Record<string, readonly string[]>>;
      readonly error: unknown;
    }
  /** It is not there, or not there for this user, any more. */
  | { readonly status: "gone"; readonly error: unknown }
  | { readonly status: "refused"; readonly error: unknown }
  /** An answer was lost, and asking again was refused: it may have been carried out. The live list shows what is. */
  | { readonly status: "unknown"; readonly error: unknown }
  /** Taken back before it was sent. */
  | { readonly status: "withdrawn" }
  /** Somebody else, or nobody, is signed in now. `wasSent`: it may have been carried out. */
  | { readonly status: "dropped"; readonly wasSent: boolean };

/**
 * What a failed attempt means: how the change ended, or `lost` when no answer came and one may come if it is asked for again.
 * `wasSent` is whether an attempt before this one may have been carried out.
 */
export function readOutcome<Row extends LiveRow>(
  error: unknown,
  wasSent: boolean,
): ChangeOutcome<Row> | { readonly status: "lost"; readonly wasSent: boolean } {
  if (error instanceof CallFailure) {
    const mayHaveHappened = wasSent || error.outcome === "unknown";
    const mayBeAnswered = error.kind === "deadline" || error.kind === "disconnected";
    if (mayBeAnswered) return { status: "lost", wasSent: mayHaveHappened };
    if (error.kind === "identity-changed") return { status: "dropped", wasSent: mayHaveHappened };
    return mayHaveHappened ? { status: "unknown", error } : { status: "refused", error };
  }

  const data = readErrorData(error);
  if (data?.code === "NOT_FOUND") return { status: "gone", error };
  // What is `current` of a row's conflict is a row of the same router (docs/errors.md).
  if (data?.reason === "VERSION_CONFLICT") return { status: "conflict", current: data.current as Row, error };
  if (data?.fields && Object.keys(data.fields).length > 0) return { status: "invalid", fields: data.fields, error };
  // The server lost its database while it was writing: asked again with the key, it knows.
  if (data?.reason === "OUTCOME_UNKNOWN") return { status: "lost", wasSent: true };
  if (!wasSent) return { status: "refused", error };
  // The first attempt is not judged by what the second one met: a limit passes, a right that was taken away does not.
  return data !== null && settling.has(data.code) ? { status: "unknown", error } : { status: "lost", wasSent: true };
}

const settling: ReadonlySet<string> = new Set(["FORBIDDEN", "BAD_REQUEST", "CONFLICT", "METHOD_NOT_SUPPORTED"]);
