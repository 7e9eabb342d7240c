import { z } from "zod";

import { IdempotencyKey } from "@countersign/rpc";

import type { Tables } from "../tables.ts";

/** A note as its owner sees it. Instants are ISO 8601 strings. */
export interface Note {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** What its reader may do to it, by the names of the policies: in what is listed or read, not in what a change answers. */
  readonly $can?: Readonly<Record<"notes.change" | "notes.remove", boolean>>;
}

// Postgres stores no NUL, and neither dialect half of a surrogate pair; a title with line breaks or other control
// characters is a mistake or a trick, one of invisible characters only is none.
const noControls = /^\P{Cc}*$/u;
const noNul = /^[^\0]*$/;
const visible = /[^\p{C}\p{Z}]/u;
const isWellFormed = (text: string) => text.isWellFormed();
const brokenCharacter = "Remove the broken character.";

const Title = z
  .string()
  .trim()
  .regex(visible, "Give the note a title.")
  .max(200, "Too long: at most 200 characters.")
  .regex(noControls, "Remove the control characters.")
  .refine(isWellFormed, brokenCharacter);
const Body = z
  .string()
  .max(10_000, "Too long: at most 10,000 characters.")
  .regex(noNul, "Remove the NUL character.")
  .refine(isWellFormed, brokenCharacter);
const Id = z.uuid();

export const NoteId = z.strictObject({ id: Id });
export const NewNote = z.strictObject({ title: Title, body: Body, key: IdempotencyKey.optional() });
export const NoteChange = z.strictObject({
  id: Id,
  /** The version the change was made from. */
  version: z.int().min(1),
  title: Title.optional(),
  body: Body.optional(),
  key: IdempotencyKey.optional(),
});
export type NewNote = z.infer<typeof NewNote>;
export type NoteChange = z.infer<typeof NoteChange>;

/** What of a row goes out: an allow-list. */
export function toNote(row: Tables["notes"]["$inferSelect"]): Note {
  return {
    id: row.id,
    title: row.title,
    body: row.body,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
