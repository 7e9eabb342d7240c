import { mannWhitney } from "../report/mann-whitney.ts";
import { median } from "../report/statistics.ts";
import type { HttpAnswer } from "../wire/http-line.ts";

/** How the answers to one kind of account stand beside those to an unknown one. */
export interface Comparison {
  readonly medianMs: number;
  /** How far the medians are apart, as a share of the unknown one's. */
  readonly apart: number;
  /** How likely such samples are when there is no difference. */
  readonly p: number;
  /** Status, names of headers and body are the same each time. */
  readonly isSameAnswer: boolean;
  readonly isIndistinguishable: boolean;
}

/** The medians may be this far apart, and the samples no less likely than this (RAT-11). */
export const mostApart = 0.05;
export const leastLikely = 0.01;

export function compare(answers: readonly HttpAnswer[], toUnknown: readonly HttpAnswer[]): Comparison {
  const [own, unknown] = [answers, toUnknown].map((all) => all.map(({ ms }) => ms));
  if (!own || !unknown) throw new Error("Two samples were given.");
  const medianMs = median(own);
  const apart = Math.abs(medianMs - median(unknown)) / median(unknown);
  const p = mannWhitney(own, unknown);
  const isSameAnswer = new Set([...answers, ...toUnknown].map(looksOf)).size === 1;
  const isIndistinguishable = isSameAnswer && apart <= mostApart && p > leastLikely;
  return { medianMs, apart, p, isSameAnswer, isIndistinguishable };
}

/** Differ by their nature: when it was sent, and its name in the log. */
const ownHeaders = new Set(["date", "x-request-id"]);

/** All of an answer but what is its own. */
function looksOf({ status, headers, body }: HttpAnswer): string {
  const kept = headers.filter(([name]) => !ownHeaders.has(name)).map(([name, value]) => `${name}: ${value}`);
  return [status, ...kept.toSorted(), body].join("\n");
}
