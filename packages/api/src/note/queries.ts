import { and, countDistinct, count, desc, eq, sql } from "drizzle-orm";

import { newId } from "@countersign/auth";
import type { Database, Transaction } from "@countersign/db";

import type { Tables } from "../tables.ts";

import { type NewNote, type Note, type NoteChange, toNote } from "./note.ts";

/** Most notes of one owner: as many as a list shows. */
const mostNotes = 500;

type Reader = Pick<Database<Tables>, "select" | "tables">;

/** The owner's notes, the newest first. */
export async function listNotes(db: Reader, ownerId: string): Promise<Note[]> {
  const { notes } = db.tables;
  const rows = await db
    .select()
    .from(notes)
    .where(eq(notes.ownerId, ownerId))
    .orderBy(desc(notes.createdAt), desc(notes.id))
    .limit(mostNotes);
  return rows.map(toNote);
}

export async function findNote(db: Reader, ownerId: string, id: string): Promise<Note | null> {
  const { notes } = db.tables;
  const [row] = await db
    .select()
    .from(notes)
    .where(and(eq(notes.id, id), eq(notes.ownerId, ownerId)));
  return row ? toNote(row) : null;
}

/**
 * A new note; null when the owner has as many as there may be. Of several at once, each counts those before it only in a
 * transaction that runs alone.
 */
export async function createNote(
  tx: Transaction<Tables>,
  ownerId: string,
  note: NewNote,
  now: Date,
): Promise<Note | null> {
  const { notes } = tx.tables;
  if ((await tx.$count(notes, eq(notes.ownerId, ownerId))) >= mostNotes) return null;
  const row = { id: newId(), ownerId, title: note.title, body: note.body, version: 1, createdAt: now, updatedAt: now };
  await tx.insert(notes).values(row);
  return toNote(row);
}

/** The note after the change; null when it is not there, not the owner's, or not in this version any more. */
export async function updateNote(
  tx: Transaction<Tables>,
  ownerId: string,
  change: NoteChange,
  now: Date,
): Promise<Note | null> {
  const { notes } = tx.tables;
  const { id, version, title, body } = change;
  const [row] = await tx
    .update(notes)
    .set({
      ...(title === undefined ? {} : { title }),
      ...(body === undefined ? {} : { body }),
      version: sql`${notes.version} + 1`,
      updatedAt: now,
    })
    .where(and(eq(notes.id, id), eq(notes.ownerId, ownerId), eq(notes.version, version)))
    .returning();
  return row ? toNote(row) : null;
}

/** False when it is not there or not the owner's. */
export async function removeNote(tx: Transaction<Tables>, ownerId: string, id: string): Promise<boolean> {
  const { notes } = tx.tables;
  const removed = await tx
    .delete(notes)
    .where(and(eq(notes.id, id), eq(notes.ownerId, ownerId)))
    .returning({ id: notes.id });
  return removed.length > 0;
}

/** How much is written here, over all owners. */
export async function countNotes(db: Reader): Promise<{ notes: number; owners: number }> {
  const { notes } = db.tables;
  const [row] = await db.select({ notes: count(), owners: countDistinct(notes.ownerId) }).from(notes);
  return row ?? { notes: 0, owners: 0 };
}
