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
}

// Postgres stores no NUL, and a title with line breaks or other control characters is a mistake or a trick.
const noControls = /^\P{Cc}*$/u;
const noNul = /^[^\0]*$/;

const Title = z
  .string()
  .trim()
  .min(1, "Give the note a title.")
  .max(200, "Too long: at most 200 characters.")
  .regex(noControls, "Remove the control characters.");
const Body = z.string().max(10_000, "Too long: at most 10,000 characters.").regex(noNul, "Remove the NUL character.");
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
