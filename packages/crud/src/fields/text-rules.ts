import { z } from "zod";

import { visibleText } from "@countersign/contract";

// Postgres stores no NUL, and neither dialect half of a surrogate pair. In a single line, other control characters are a
// mistake or a trick, and so are line and paragraph breaks.
const noControls = /^[^\p{Cc}\u2028\u2029]*$/u;
// What turns the direction of the text that follows: "abc \u202efdp.exe" is read as "abc exe.pdf", and what stands behind a title
// turns with it. The marks of Arabic and Hebrew (U+061C, U+200E, U+200F) only say how the signs beside them are read.
const noTurning = /^[^\u202a-\u202e\u2066-\u2069]*$/u;
const noNul = /^[^\0]*$/;

export interface TextOptions {
  /** Most characters (UTF-16 code units). */
  readonly max: number;
  /** One line: blanks at the ends are taken off, and no control characters may be in it, nor what turns the text's direction. */
  readonly singleLine?: boolean;
  /** Something must be visible; the text is what the person is told otherwise. */
  readonly required?: string;
}

/** A text that both databases store as it is. */
export function text({ max, singleLine = false, required }: TextOptions): z.ZodType<string, string> {
  const base = singleLine ? z.string().trim() : z.string();
  const bounded = base
    .max(max, `Too long: at most ${max.toLocaleString("en")} characters.`)
    .regex(singleLine ? noControls : noNul, singleLine ? "Remove the control characters." : "Remove the NUL character.")
    .refine((value) => value.isWellFormed(), "Remove the broken character.");
  const line = singleLine ? bounded.regex(noTurning, "Remove the characters that turn the text's direction.") : bounded;
  return required === undefined ? line : line.regex(visibleText, required);
}
