/** The largest value, in bytes of its JSON. */
export const mostValueBytes = 8 * 1024;

/** The most keys of one session or visitor. */
export const mostKeys = 100;

/** What is wrong with a value that is to be kept, in words for the person who sent it; null when nothing is. */
export function describeFault(value: unknown): string | null {
  const json = toJson(value);
  if (json === null) return "This cannot be kept: it is not JSON, or has a character that cannot be stored.";
  if (Buffer.byteLength(json) > mostValueBytes) return `Too large: at most ${mostValueBytes} bytes.`;
  return null;
}

function toJson(value: unknown): string | null {
  try {
    return JSON.stringify(value, refuseUnstorable) ?? null;
  } catch {
    return null;
  }
}

/** Postgres stores no NUL, and neither dialect half of a surrogate pair. JSON knows no numbers without end. */
function refuseUnstorable(key: string, value: unknown): unknown {
  const isStorable = (text: string) => text.isWellFormed() && !text.includes("\0");
  if (!isStorable(key) || (typeof value === "string" && !isStorable(value))) throw new Error("It cannot be stored.");
  if (typeof value === "number" && !Number.isFinite(value)) throw new Error("It is no number of JSON.");
  return value;
}
