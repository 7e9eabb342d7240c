import { expect, test } from "vitest";

import { CallFailure } from "@countersign/client";
import { ErrorReason } from "@countersign/contract";

import { englishMessages } from "../messages.ts";
import { refusal } from "../test/fake-session.ts";

import { describeCallError } from "./describe-call-error.ts";

const { errors } = englishMessages;

test("a rate limit says how long to wait, rounded up", () => {
  expect(describe({ code: "TOO_MANY_REQUESTS", reason: "RATE_LIMITED", retryAfterSeconds: 29.2 })).toContain(
    "30 seconds",
  );
  expect(describe({ code: "TOO_MANY_REQUESTS", reason: "RATE_LIMITED", retryAfterSeconds: 90 })).toContain(
    "90 seconds",
  );
  expect(describe({ code: "TOO_MANY_REQUESTS", reason: "RATE_LIMITED", retryAfterSeconds: 121 })).toContain(
    "3 minutes",
  );
  expect(describe({ code: "TOO_MANY_REQUESTS" })).toBe(errors.rateLimitedUnknown);
});

test("every reason the server may give has a sentence that is not the one for the unknown, but those the client acts on", () => {
  const actedOn = new Set<string>(["STALE_CONNECTION", "WRONG_TRANSPORT", "VERSION_CONFLICT", "KEY_REUSED"]);
  for (const reason of ErrorReason.options.filter((option) => !actedOn.has(option))) {
    expect(describe({ code: "BAD_REQUEST", reason }), reason).not.toBe(errors.unknown);
  }
});

test("where there is no reason, the code has its sentence", () => {
  expect(describe({ code: "UNAUTHORIZED" })).toBe(errors.signedOut);
  expect(describe({ code: "CONFLICT" })).toBe(errors.conflict);
  expect(describe({ code: "FORBIDDEN" })).toBe(errors.forbidden);
  expect(describe({ code: "NOT_FOUND" })).toBe(errors.notFound);
  expect(describe({ code: "SERVICE_UNAVAILABLE" })).toBe(errors.unavailable);
  expect(describe({ code: "BAD_REQUEST" })).toBe(errors.unknown);
});

test("an internal error gives its id to report and nothing of its text", () => {
  const error = refusal({ code: "INTERNAL_SERVER_ERROR", errorId: "e-17" });
  error.message = "SELECT secret FROM users";

  expect(describeCallError(error, englishMessages, "en")).toBe(errors.unknownWithId("e-17"));
});

test("a call that was not sent speaks of the connection; one that may have been carried out says so", () => {
  const say = (failure: CallFailure) => describeCallError(failure, englishMessages, "en");

  expect(say(new CallFailure("disconnected", "not-sent", "auth.login"))).toBe(errors.unreachable);
  expect(say(new CallFailure("deadline", "unknown", "account.updateProfile"))).toBe(errors.outcomeUnknown);
  expect(say(new CallFailure("deadline", "unknown", "auth.login"))).toBe(errors.unreachable);
});

function describe(data: Parameters<typeof refusal>[0]): string {
  return describeCallError(refusal(data), englishMessages, "en");
}
