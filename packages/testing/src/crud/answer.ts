import assert from "node:assert/strict";

import type { RawFrame } from "@countersign/rpc/testing";

/** What a call came to. */
export interface Answer {
  readonly data: unknown;
  /** Null when the call succeeded. */
  readonly refusal: Refusal | null;
  /** All that came over the wire. */
  readonly text: string;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export function toAnswer({ result, error }: Pick<RawFrame, "result" | "error">, text: string): Answer {
  if (!error) return { data: result?.data, refusal: null, text };
  return { data: undefined, refusal: { code: error.data.code, message: error.message, data: error.data }, text };
}

/** What a call that must succeed answered. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the one who asks says what is answered
export function dataOf<Data>(answer: Answer, what: string): Data {
  assert.equal(answer.refusal, null, `${what} was refused: ${answer.text.slice(0, 500)}`);
  // The cast: whoever asks knows what the procedure answers.
  return answer.data as Data;
}

/** Fails unless the call was refused with one of these codes. */
export function assertRefused(answer: Answer, codes: string | readonly string[], what: string): Refusal {
  const { refusal } = answer;
  assert.ok(refusal, `${what} was not refused: ${answer.text.slice(0, 500)}`);
  assert.ok(
    [codes].flat().includes(refusal.code),
    `${what} was refused with ${refusal.code}, not ${[codes].flat().join(" or ")}: ${answer.text.slice(0, 500)}`,
  );
  return refusal;
}
