import { eq, or } from "drizzle-orm";

import { type Database, UniqueViolation } from "@countersign/db";

import { readNewUser } from "../admin/read-user-fields.ts";
import type { FieldErrors } from "../auth.ts";
import { newId } from "../new-id.ts";

import { hash } from "./change-user.ts";
import { findUser } from "./list-users.ts";
import type { OperatorContext } from "./operator-context.ts";
import type { AccountSummary, NewUser, Operator } from "./operator.ts";

/** The names of an account whose fields are in order. */
interface Names {
  readonly username: string;
  readonly usernameKey: string;
  readonly email: string | null;
  readonly emailKey: string | null;
}

/** See `Operator.createUser`. */
export async function createUser(context: OperatorContext, user: NewUser): ReturnType<Operator["createUser"]> {
  const names = await readNames(context, user);
  if ("fields" in names) return { status: "invalid", fields: names.fields };
  const taken = await findTaken(context.db, names);
  if (taken) return { status: "invalid", fields: taken };

  const passwordHash = await hash(context, user.password);
  try {
    const id = await insert(context, { ...names, passwordHash }, user);
    const made = await findUser(context.db, id);
    if (made === null) throw new Error(`${names.username} was made, and deleted again before it could be read.`);
    return { status: "created", user: made, mustConfirmEmail: mustConfirmEmail(context, made) };
  } catch (error) {
    const takenMeanwhile = error instanceof UniqueViolation ? await findTaken(context.db, names) : null;
    if (takenMeanwhile) return { status: "invalid", fields: takenMeanwhile };
    throw error;
  }
}

async function readNames(context: OperatorContext, user: NewUser): Promise<Names | { readonly fields: FieldErrors }> {
  const { username, email, password } = user;
  const read = await readNewUser(
    context,
    { username, email, password },
    { mayBeReserved: user.mayBeReserved === true },
  );
  if ("fields" in read) return read;
  const { usernameKey, emailKey = null } = read.values;
  if (read.values.username === undefined || usernameKey === undefined)
    throw new Error("A user was read without a name.");
  return { username: read.values.username, usernameKey, email: read.values.email ?? null, emailKey };
}

async function insert(
  { db, clock, audit, actor }: OperatorContext,
  columns: Names & { readonly passwordHash: string },
  { isStaff, isSuperuser, isEmailVerified }: NewUser,
): Promise<string> {
  const id = newId();
  const now = new Date(clock.now());
  const subject = { id, name: columns.username };
  await db.transaction(async (tx) => {
    await tx.insert(tx.tables.users).values({
      id,
      ...columns,
      isStaff,
      isSuperuser,
      createdAt: now,
      emailVerifiedAt: isEmailVerified && columns.email !== null ? now : null,
    });
    await audit.recordIn(tx, { action: "admin.user.create", outcome: "ok", actor, subject });
    const ok = { outcome: "ok", actor, subject, details: { value: true } } as const;
    if (isSuperuser) await audit.recordIn(tx, { ...ok, action: "admin.user.set_superuser" });
    if (isStaff) await audit.recordIn(tx, { ...ok, action: "admin.user.set_staff" });
  });
  return id;
}

function mustConfirmEmail({ settings }: OperatorContext, { email, emailVerifiedAt }: AccountSummary): boolean {
  return settings.EMAIL_VERIFICATION === "required" && email !== null && emailVerifiedAt === null;
}

/** Which of the names are someone else's already? */
async function findTaken(db: Database, { usernameKey, emailKey }: Names): Promise<FieldErrors | null> {
  const { users } = db.tables;
  const holders = await db
    .select({ usernameKey: users.usernameKey, emailKey: users.emailKey })
    .from(users)
    .where(or(eq(users.usernameKey, usernameKey), emailKey === null ? undefined : eq(users.emailKey, emailKey)));
  if (holders.length === 0) return null;
  return {
    ...(holders.some((holder) => holder.usernameKey === usernameKey) ? { username: ["This username is taken."] } : {}),
    ...(emailKey !== null && holders.some((holder) => holder.emailKey === emailKey)
      ? { email: ["There is an account with this address already."] }
      : {}),
  };
}
