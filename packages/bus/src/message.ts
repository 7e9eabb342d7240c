import type { Hint } from "./bus.ts";

/** What travels between replicas: hints, and echoes by which a replica hears whether it can still be heard. */
export interface Message {
  /** The replica that sent it. */
  readonly from: string;
  readonly hints: readonly PublishedHint[];
  /** A number the sender waits for. */
  readonly echo: number | null;
}

/** A hint, and when it was published: see `OnHint`. */
export interface PublishedHint {
  readonly hint: Hint;
  readonly publishedAt: number | null;
}

/** In characters. No replica writes longer ones: see `mostBytes` of those that carry them. */
const longest = 256 * 1024;
/** Most handles in one hint: a longer one becomes several. */
const mostIds = 100;

/** Writes hints as messages of at most `mostBytes` each. A hint that is larger by itself is told as a gap: it may mean anything. */
export function encodeHints(from: string, hints: readonly PublishedHint[], mostBytes: number): string[] {
  const messages: string[] = [];
  const prefix = `{"from":${JSON.stringify(from)},"hints":[`;
  let texts: string[] = [];
  let bytes = prefix.length + 2;
  const fits = (text: string) => bytesOf(text) + prefix.length + 2 <= mostBytes;
  for (const whole of hints.flatMap(encodeHint)) {
    const text = fits(whole) ? whole : JSON.stringify(gap);
    const size = bytesOf(text);
    if (texts.length > 0 && bytes + size > mostBytes) {
      messages.push(`${prefix}${texts.join(",")}]}`);
      texts = [];
      bytes = prefix.length + 2;
    }
    texts.push(text);
    bytes += size;
  }
  if (texts.length > 0) messages.push(`${prefix}${texts.join(",")}]}`);
  return messages;
}

/** With the comma behind it. */
function bytesOf(text: string): number {
  return Buffer.byteLength(text) + 1;
}

export function encodeEcho(from: string, echo: number): string {
  return JSON.stringify({ from, echo });
}

/** Reads a message. What this program does not know (a newer one may run beside it) may mean anything: a gap. */
export function decodeMessage(text: string): Message {
  const value = text.length > longest ? null : parse(text);
  if (typeof value !== "object" || value === null) return { from: "", hints: [unknown], echo: null };
  const { from, hints, echo } = value as Readonly<Record<string, unknown>>;
  return {
    from: typeof from === "string" ? from : "",
    hints: Array.isArray(hints) ? oneGap(hints.map(decodeHint)) : [],
    echo: typeof echo === "number" ? echo : null,
  };
}

export const gap: Hint = Object.freeze({ kind: "gap" });

/** What was said cannot be read. */
const unknown: PublishedHint = Object.freeze({ hint: gap, publishedAt: null });

/** Two gaps in one message say no more than one. */
function oneGap(hints: readonly PublishedHint[]): PublishedHint[] {
  const first = hints.findIndex(({ hint }) => hint.kind === "gap");
  return hints.filter(({ hint }, index) => hint.kind !== "gap" || index === first);
}

function encodeHint({ hint, publishedAt }: PublishedHint): string[] {
  const time = publishedAt === null ? {} : { at: publishedAt };
  return split(hint).map((part) => JSON.stringify({ ...part, ...time }));
}

function decodeHint(value: unknown): PublishedHint {
  if (!isHint(value)) return unknown;
  const { at, ...hint } = value as Hint & { readonly at?: unknown };
  return { hint, publishedAt: typeof at === "number" && Number.isFinite(at) ? at : null };
}

function split(hint: Hint): Hint[] {
  if (hint.kind !== "sessions-ended" || hint.sessionIds.length <= mostIds) return [hint];
  const parts: Hint[] = [];
  for (let from = 0; from < hint.sessionIds.length; from += mostIds) {
    parts.push({ ...hint, sessionIds: hint.sessionIds.slice(from, from + mostIds) });
  }
  return parts;
}

function isHint(value: unknown): value is Hint {
  if (typeof value !== "object" || value === null) return false;
  const hint = value as Readonly<Record<string, unknown>>;
  switch (hint["kind"]) {
    case "sessions-ended":
      return Array.isArray(hint["sessionIds"]) && hint["sessionIds"].every(isText) && isText(hint["reason"]);
    case "session":
    case "session-rotated":
      return isText(hint["sessionId"]);
    case "user":
      return isText(hint["userId"]);
    case "topic":
      return isText(hint["topic"]);
    default:
      return hint["kind"] === "gap";
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whoever wrote it meant something.
    return null;
  }
}
