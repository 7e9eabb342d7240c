import { z } from "zod";

// Postgres stores no NUL, and neither dialect half of a surrogate pair. In a single line, other control characters are a
// mistake or a trick.
const noControls = /^\P{Cc}*$/u;
const noNul = /^[^\0]*$/;
const visible = /[^\p{C}\p{Z}]/u;

export interface TextOptions {
  /** Most characters (UTF-16 code units). */
  readonly max: number;
  /** One line: blanks at the ends are taken off, and no control characters may be in it. */
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
  return required === undefined ? bounded : bounded.regex(visible, required);
}
