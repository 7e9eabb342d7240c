/**
 * Text from the database as it may be shown in a terminal. A user agent is anybody's text: control characters in it would
 * move the cursor or rewrite the screen, and invisible ones turn the direction of what follows.
 */
export function toPlainText(text: string): string {
  return text.replaceAll(unsafe, "\u{fffd}");
}

/** The same for JSON, which programs read back as it was: what is unsafe to look at is written as an escape. */
export function toSafeJson(value: unknown): string {
  const json = JSON.stringify(value, null, 2);
  return json.replaceAll(unsafe, (character) => (character === "\n" ? character : escape(character)));
}

const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function escape(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
