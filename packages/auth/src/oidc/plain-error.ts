/** An error about a provider, as it may be kept and logged. */
export class PlainError extends Error {
  /** Of the library or of the system, such as `ECONNREFUSED`. */
  readonly code: string | undefined;
  /** Of the answer, over HTTP. */
  readonly status: number | undefined;
  /** What the provider calls it (RFC 6749 §5.2), and its words about it. */
  readonly error: string | undefined;
  readonly description: string | undefined;

  constructor(message: string, given: PlainFacts) {
    super(message, given.cause === undefined ? {} : { cause: given.cause });
    this.name = given.name;
    this.code = given.code;
    this.status = given.status;
    this.error = given.error;
    this.description = given.description;
    this.stack = [`${given.name}: ${message}`, ...given.frames].join("\n");
  }
}

interface PlainFacts {
  readonly name: string;
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly error: string | undefined;
  readonly description: string | undefined;
  readonly frames: readonly string[];
  readonly cause: PlainError | undefined;
}

const mostCauses = 4;
const mostFrames = 12;
const mostText = 300;
const mostCode = 100;

/**
 * What is to be known of an error, in words that are cut and control no terminal. What libraries hang on theirs for the caller
 * stays out: the provider's answer with its tokens, the claims of a person, the parameters of the browser's way back.
 */
export function toPlainError(error: unknown, depth = 0): PlainError {
  if (error instanceof PlainError) return error;
  const given = typeof error === "object" && error !== null ? (error as Readonly<Record<string, unknown>>) : {};
  const message = error instanceof Error ? error.message : typeof error === "string" ? error : "";
  const { cause, code, name, stack, status } = given;
  const isDeeper = cause instanceof Error && depth < mostCauses;
  return new PlainError(cleanText(message, mostText), {
    name: cleanText(typeof name === "string" ? name : typeof error, mostCode),
    code: textOf(code, mostCode),
    status: typeof status === "number" ? status : undefined,
    error: textOf(given["error"], mostCode),
    description: textOf(given["error_description"], mostText),
    frames: framesOf(stack),
    cause: isDeeper ? toPlainError(cause, depth + 1) : undefined,
  });
}

/** Text of strangers on its way to a log: cut, and without what controls a terminal or turns the direction of what follows. */
function cleanText(text: string, most: number): string {
  return text.slice(0, most).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "�");
}

function textOf(value: unknown, most: number): string | undefined {
  return typeof value === "string" ? cleanText(value, most) : undefined;
}

/** Where it was thrown. Not the first lines: they are the message once more, as long as it is. */
function framesOf(stack: unknown): readonly string[] {
  if (typeof stack !== "string") return [];
  const frames = stack.split("\n").filter((line) => /^ {4}at \S/.test(line));
  return frames.slice(0, mostFrames).map((line) => cleanText(line, mostText));
}
