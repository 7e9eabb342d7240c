import { CallError } from "../procedure/call-error.ts";

/** A procedure that takes or gives a file was called like any other. */
export function wrongTransport(): CallError {
  return new CallError("BAD_REQUEST", "This procedure takes or gives a file: call it over HTTP, under /files.", {
    reason: "WRONG_TRANSPORT",
  });
}
