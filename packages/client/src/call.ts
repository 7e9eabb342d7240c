import type { Operation, OperationResultEnvelope, OperationResultObserver, TRPCClientError } from "@trpc/client";
import type { AnyRouter } from "@trpc/server";

import {
  Notice,
  parseSessionChange,
  safeReturnTo,
  type SessionChange,
  sessionChangeHeader,
} from "@countersign/contract";

import { CallFailure, type CallFailureKind } from "./call-failure.ts";
import { isDrained } from "./close-plan.ts";
import type { Connection } from "./connection.ts";
import { readErrorData } from "./error-data.ts";
import type { Identity } from "./identity.ts";
import type { SendOperation } from "./terminating-link.ts";

/** What all calls of a session client share. */
export interface CallParts {
  readonly connection: Connection;
  readonly identity: Identity;
  readonly sendOverHttp: SendOperation;
  /** The paths that go over HTTP; it grows by what the server says. */
  readonly httpPaths: Set<string>;
  /** How to fail each call that belongs to the present identity. */
  readonly drops: Set<(kind: CallFailureKind) => void>;
  readonly deadlineMs: number;
  readonly redirect: (to: string) => void;
  /** Shows what a refusal says to the person in passing. */
  readonly notice: (notice: Notice) => void;
  /** Asks the person to confirm who they are; false when they did not, or when nobody can ask them. */
  readonly reauthenticate: () => Promise<boolean>;
}

type Envelope = OperationResultEnvelope<unknown, TRPCClientError<AnyRouter>>;

/**
 * Makes one call and sees it through: over the socket or HTTP, within its deadline, under the identity it was made for.
 * It is sent a second time only when the server has said that it did not execute it. Returns what cancels it.
 */
export function startCall(
  op: Operation,
  observer: OperationResultObserver<AnyRouter, unknown>,
  parts: CallParts,
): () => void {
  const { connection, identity, httpPaths } = parts;
  const isStream = op.type === "subscription";
  const epoch = identity.epoch;
  let isOver = false;
  let wasSent = false;
  const resentAfter = new Set<string>();
  let stopAttempt: () => void = () => {};

  let deadline = startDeadline();
  const onAbort = () => settle(() => observer.complete());
  op.signal?.addEventListener("abort", onAbort);
  if (op.signal?.aborted) onAbort();
  else if (!isStream && httpPaths.has(op.path)) sendOverHttp();
  else sendOverSocket();
  return () => settle(() => {});

  function startDeadline() {
    return isStream ? null : setTimeout(() => fail("deadline"), readDeadlineMs(op) ?? parts.deadlineMs);
  }

  function sendOverSocket() {
    parts.drops.add(fail);
    let subscription: { unsubscribe(): void } | null = null;
    const stopWaiting = connection.onceUsable((usability) => {
      if (usability !== "usable") return fail(usability);
      wasSent = true;
      const serial = connection.serial;
      subscription = connection.request(op).subscribe({
        next(envelope) {
          if (envelope.result.type === "data") resentAfter.clear();
          if (!isOver) observer.next(envelope);
        },
        error: (error) => failedOverSocket(error, serial),
        complete: () => settle(() => observer.complete()),
      });
      if (isOver) subscription.unsubscribe();
    });
    stopAttempt = () => {
      stopWaiting();
      subscription?.unsubscribe();
    };
  }

  function failedOverSocket(error: TRPCClientError<AnyRouter>, serial: number) {
    const reason = readErrorData(error)?.reason;
    if (reason === "STALE_CONNECTION" && mayResend(reason)) return void resend(serial, sendOverSocket);
    if (reason === "WRONG_TRANSPORT" && !isStream && mayResend(reason)) {
      wasSent = false;
      httpPaths.add(op.path);
      parts.drops.delete(fail);
      sendOverHttp();
      return;
    }
    if (reason === "REAUTH" && mayAskAgain()) return void resendWhenFresh(error, sendOverSocket);
    if (!error.shape && isNotExecuted(error)) return sendOnNextSocket();
    if (!error.shape) fail("disconnected");
    else settle(() => refused(error));
  }

  /** The server has said that it did not execute it. tRPC's client is in the middle of failing the calls of that socket. */
  function sendOnNextSocket() {
    wasSent = false;
    queueMicrotask(() => {
      if (!isOver) sendOverSocket();
    });
  }

  /** Only for what the person has just done: nothing that a page asks for by itself may open a dialog. */
  function mayAskAgain(): boolean {
    return op.type === "mutation" && mayResend("REAUTH");
  }

  /** The call was not executed. The person takes the time they need; the call then has its whole deadline again. */
  async function resendWhenFresh(error: TRPCClientError<AnyRouter>, send: () => void) {
    if (deadline) clearTimeout(deadline);
    wasSent = false;
    const isFresh = await parts.reauthenticate();
    if (isOver) return;
    if (!isFresh) return settle(() => refused(error));
    deadline = startDeadline();
    send();
  }

  /** Waits for a socket newer than the one that refused: it shows that the new cookie has arrived. */
  async function resend(serial: number, send: () => void) {
    wasSent = false;
    if (connection.serial <= serial) await connection.handOver();
    if (!isOver) send();
  }

  function sendOverHttp() {
    // A query belongs to who asked it; a call that sets the cookie changes who that is.
    if (op.type === "query") parts.drops.add(fail);
    const settled = op.type === "mutation" ? identity.changing() : () => {};
    wasSent = true;
    const serial = connection.serial;
    let envelope: Envelope | null = null;
    const subscription = parts.sendOverHttp(op).subscribe({
      next: (next) => (envelope = next),
      complete() {
        settled();
        const change = readSessionChange(envelope?.context);
        // An answer that changed the session is the present one; any other belongs to who asked for it.
        if (!change && identity.epoch !== epoch) return fail("identity-changed");
        void deliver(change, envelope?.result.data, () => {
          if (envelope) observer.next(envelope);
          observer.complete();
        });
      },
      error(error) {
        settled();
        failedOverHttp(error, serial);
      },
    });
    stopAttempt = () => {
      settled();
      subscription.unsubscribe();
    };
  }

  function failedOverHttp(error: TRPCClientError<AnyRouter>, serial: number) {
    const reason = readErrorData(error)?.reason;
    if (reason === "STALE_CONNECTION" && mayResend(reason)) {
      // Another tab was faster with the same token. Should somebody else be signed in by now, it is not theirs to send.
      parts.drops.add(fail);
      void resend(serial, () => {
        parts.drops.delete(fail);
        sendOverHttp();
      });
      return;
    }
    if (reason === "WRONG_TRANSPORT" && mayResend(reason)) {
      wasSent = false;
      httpPaths.delete(op.path);
      sendOverSocket();
      return;
    }
    if (reason === "REAUTH" && mayAskAgain()) {
      // While it waits it belongs to who asked for it.
      parts.drops.add(fail);
      void resendWhenFresh(error, () => {
        parts.drops.delete(fail);
        sendOverHttp();
      });
      return;
    }
    const change = readSessionChange(error.meta);
    if (error.shape || change) return void deliver(change, null, () => refused(error));
    fail("disconnected");
  }

  function refused(error: TRPCClientError<AnyRouter>) {
    observer.error(error);
    const data = readErrorData(error);
    const notice = Notice.safeParse(data?.notice);
    if (notice.success) parts.notice(notice.data);
    const to = safeReturnTo(data?.redirectTo, "");
    if (to) parts.redirect(to);
  }

  /** Hands the answer over when the page shows the identity that it made. */
  async function deliver(change: SessionChange | null, answer: unknown, pass: () => void) {
    if (deadline) clearTimeout(deadline);
    if (change) await identity.answered(change, answer, epoch);
    settle(pass);
  }

  function mayResend(reason: string): boolean {
    if (isOver || resentAfter.has(reason)) return false;
    resentAfter.add(reason);
    return true;
  }

  function fail(kind: CallFailureKind) {
    const mayHaveChangedSession = wasSent && op.type === "mutation" && httpPaths.has(op.path);
    settle(() => observer.error(new CallFailure(kind, wasSent ? "unknown" : "not-sent", op.path)));
    // The cookie may be another one now: ask who is there.
    if (mayHaveChangedSession && kind !== "closed") void connection.handOver();
  }

  function settle(pass: () => void) {
    if (isOver) return;
    isOver = true;
    if (deadline) clearTimeout(deadline);
    op.signal?.removeEventListener("abort", onAbort);
    parts.drops.delete(fail);
    pass();
    stopAttempt();
  }
}

/** Of the socket it went over, as it closed: tRPC's client makes that the cause of the error. */
function isNotExecuted({ cause }: TRPCClientError<AnyRouter>): boolean {
  // Its type says that a cause is an error.
  const event: unknown = cause;
  if (typeof event !== "object" || event === null || !("code" in event && "reason" in event)) return false;
  return isDrained(event.code, event.reason);
}

/** A call may bring its own deadline: `{ context: { deadlineMs: 60_000 } }`. */
function readDeadlineMs(op: Operation): number | null {
  const deadlineMs = op.context["deadlineMs"];
  return typeof deadlineMs === "number" ? deadlineMs : null;
}

/** What an HTTP answer says of the session; tRPC keeps the response beside the result. */
function readSessionChange(meta: Record<string, unknown> | undefined): SessionChange | null {
  const response = meta?.["response"];
  if (typeof response !== "object" || response === null || !("headers" in response)) return null;
  // Whatever `fetch` was given, these are its headers.
  const headers = response.headers as Partial<Headers> | null;
  return parseSessionChange(headers?.get?.(sessionChangeHeader));
}
