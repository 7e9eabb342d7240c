import { and, desc, eq, gt, inArray, lte, ne, type SQL, sql } from "drizzle-orm";

import type { OidcPurpose } from "@countersign/contract";
import { type Database, notHeld, type Transaction } from "@countersign/db";

import { newId } from "../new-id.ts";
import { createToken, hashToken } from "../session/token.ts";

/** A visit to a provider, as it is kept. */
export type OidcTransaction = Transaction["tables"]["oidcTransactions"]["$inferSelect"];

/** How long somebody may be away, and how long what is still to be asked waits. */
export const oidcTransactionMs = 600_000;
/** Tabs of one browser: the oldest make room. */
const mostOpen = 20;

export interface NewTransaction {
  readonly id: string;
  readonly bindingHash: string;
  readonly provider: string;
  readonly issuer: string;
  readonly purpose: OidcPurpose | "logout";
  readonly secrets: string | null;
  readonly returnTo: string;
  readonly remember: boolean;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly now: Date;
}

/** Writes a visit down. Returns its state: 256 random bits that only the browser and the provider get. */
export function beginTransaction(db: Database, { now, ...begun }: NewTransaction): Promise<string> {
  const state = createToken();
  return db.transaction(async (tx) => {
    const { oidcTransactions: table } = tx.tables;
    const surplus = await tx
      .select({ id: table.id })
      .from(table)
      .where(eq(table.bindingHash, begun.bindingHash))
      .orderBy(desc(table.id))
      .limit(100)
      .offset(mostOpen - 1);
    const ids = surplus.map(({ id }) => id);
    if (ids.length > 0) await tx.delete(table).where(inArray(table.id, ids));
    const expiresAt = new Date(now.getTime() + oidcTransactionMs);
    await tx
      .insert(table)
      .values({ ...begun, stateHash: requireHash(state), createdAt: now, expiresAt, step: "started", pending: null });
    return state;
  });
}

export function newTransactionId(): string {
  return newId();
}

/** What a browser comes back with. */
export interface PresentedState extends PresentedBrowser {
  readonly provider: string;
  readonly state: string | null;
  readonly now: Date;
}

/** Which browser it is. */
export interface PresentedBrowser {
  /** The tokens of its cookies: more than one where visits were begun in the same moment. */
  readonly bindings: readonly string[];
}

/**
 * Takes a visit for its one answer, before anything is asked of the provider: of two at once exactly one gets it. Null when it
 * is unknown, used, too old, another provider's or another browser's.
 */
export async function claimTransaction(
  db: Database,
  { provider, state, bindings, now }: PresentedState,
  kind: "sign-in" | "logout",
): Promise<OidcTransaction | null> {
  const stateHash = hashToken(state);
  const isOfBrowser = ofBrowser(db, bindings);
  if (stateHash === null || isOfBrowser === null) return null;
  const { oidcTransactions: table } = db.tables;
  const purposes = kind === "logout" ? ["logout"] : ["sign-in", "link", "step-up"];
  const isPresented = and(
    eq(table.stateHash, stateHash),
    isOfBrowser,
    eq(table.provider, provider),
    inArray(table.purpose, purposes),
    eq(table.step, "started"),
    gt(table.expiresAt, now),
  );
  // Anybody can come with a state that is none: nothing is locked for it.
  const [found] = await db.select({ id: table.id }).from(table).where(isPresented);
  if (found === undefined) return null;
  return db.transaction(async (tx) => {
    const [claimed] = await tx.update(table).set({ step: "claimed" }).where(isPresented).returning();
    return claimed ?? null;
  });
}

/** The visit that this browser has ended well by this answer, if that is what it presents again (reload, back button). */
export async function findDone(
  db: Database,
  { provider, state, bindings }: PresentedState,
): Promise<OidcTransaction | null> {
  const stateHash = hashToken(state);
  const isOfBrowser = ofBrowser(db, bindings);
  if (stateHash === null || isOfBrowser === null) return null;
  const { oidcTransactions: table } = db.tables;
  const [found] = await db
    .select()
    .from(table)
    .where(and(eq(table.stateHash, stateHash), isOfBrowser, eq(table.provider, provider), eq(table.step, "done")));
  return found ?? null;
}

interface PresentedId extends PresentedBrowser {
  readonly id: string;
  readonly now: Date;
}

/** A visit after which something is still to be asked, of this browser. */
export async function findPending(
  db: Pick<Database, "select" | "tables">,
  { id, bindings, now }: PresentedId,
): Promise<OidcTransaction | null> {
  const isOfBrowser = ofBrowser(db, bindings);
  if (isOfBrowser === null) return null;
  const { oidcTransactions: table } = db.tables;
  const [found] = await db
    .select()
    .from(table)
    .where(and(eq(table.id, id), isOfBrowser, eq(table.step, "pending"), gt(table.expiresAt, now)));
  return found ?? null;
}

/** Ends a visit, as part of what it led to. False when it was ended in the meantime. */
export async function endTransaction(
  tx: Transaction,
  { id, step }: Pick<OidcTransaction, "id" | "step">,
  sessionId: string | null,
): Promise<boolean> {
  const { oidcTransactions: table } = tx.tables;
  const ended = await tx
    .update(table)
    .set({ step: "done", sessionId, secrets: null, pending: null })
    .where(and(eq(table.id, id), eq(table.step, step)))
    .returning({ id: table.id });
  return ended.length === 1;
}

/** Keeps what is to be asked about. */
export async function keepPending(
  tx: Transaction,
  { id, pending, now }: { readonly id: string; readonly pending: string; readonly now: Date },
): Promise<void> {
  const { oidcTransactions: table } = tx.tables;
  const expiresAt = new Date(now.getTime() + oidcTransactionMs);
  await tx.update(table).set({ step: "pending", secrets: null, pending, expiresAt }).where(eq(table.id, id));
}

/** Forgets a visit after which something was to be asked. */
export async function cancelPending(db: Database, presented: PresentedId): Promise<void> {
  const found = await findPending(db, presented);
  if (found === null) return;
  const { oidcTransactions: table } = db.tables;
  await db.transaction((tx) => tx.delete(table).where(and(eq(table.id, found.id), eq(table.step, "pending"))));
}

/** Forgets whatever this browser has begun, and what is still to be asked of it: whoever sits there next is somebody else. */
export async function forgetVisits(db: Database, bindings: readonly string[]): Promise<void> {
  const isOfBrowser = ofBrowser(db, bindings);
  if (isOfBrowser === null) return;
  const { oidcTransactions: table } = db.tables;
  await db.transaction((tx) => tx.delete(table).where(and(isOfBrowser, ne(table.purpose, "logout"))));
}

/** Removes visits past their time, and logout tokens that nobody could present again. Returns how many visits. */
export async function pruneTransactions(db: Database, now: Date): Promise<number> {
  const { oidcTransactions, providerLogouts } = db.tables;
  const { issuer, jtiHash } = providerLogouts;
  const heard = db.select({ issuer, jtiHash }).from(providerLogouts).where(lte(providerLogouts.expiresAt, now));
  await db.delete(providerLogouts).where(inArray(sql`(${issuer}, ${jtiHash})`, notHeld(db, heard)));
  const { id, expiresAt } = oidcTransactions;
  const over = db.select({ id }).from(oidcTransactions).where(lte(expiresAt, now));
  const removed = await db
    .delete(oidcTransactions)
    .where(inArray(id, notHeld(db, over)))
    .returning({ id });
  return removed.length;
}

/** Was it begun by this browser? Null where it presents nothing that could tell. */
function ofBrowser({ tables }: Pick<Database, "tables">, bindings: readonly string[]): SQL | null {
  const hashes = bindings.flatMap((binding) => hashToken(binding) ?? []);
  return hashes.length === 0 ? null : inArray(tables.oidcTransactions.bindingHash, hashes);
}

function requireHash(token: string): string {
  const hash = hashToken(token);
  if (hash === null) throw new Error("A token just made is malformed: createToken and hashToken disagree.");
  return hash;
}
