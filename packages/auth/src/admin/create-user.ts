import { UniqueViolation } from "@countersign/db";

import type { FieldErrors } from "../auth.ts";
import { newId } from "../new-id.ts";

import type { AdminContext } from "./admin-context.ts";
import type { AdminCall, AdminOutcome, AdminUsers } from "./admin.ts";
import { makeChange } from "./make-change.ts";
import { readNewUser } from "./read-user-fields.ts";

/** See `AdminUsers.create`. */
export async function createUser(
  context: AdminContext,
  call: AdminCall,
  input: Parameters<AdminUsers["create"]>[1],
): Promise<AdminOutcome<{ readonly id: string }>> {
  const read = await readNewUser(context, input);
  if ("fields" in read) return { status: "invalid", fields: read.fields };
  const { username, usernameKey } = read.values;
  if (username === undefined || usernameKey === undefined) throw new Error("A new user was read without a name.");

  // Before the transaction: it takes its time, and others would wait.
  const passwordHash = input.password === undefined ? null : await context.passwords.hash(input.password);
  if (passwordHash !== null && typeof passwordHash !== "string") return passwordHash;

  const id = newId();
  const createdAt = new Date(context.clock.now());
  const user = { ...read.values, id, username, usernameKey, passwordHash, createdAt };
  try {
    return await makeChange<{ readonly id: string }>(
      context,
      call,
      { action: "admin.user.create", lock: { userIds: [] } },
      async (tx) => {
        await tx.insert(tx.tables.users).values(user);
        tx.afterCommit(() => context.bus.publish({ kind: "user", userId: id }));
        return { outcome: { status: "done", id }, subject: { id, name: username } };
      },
    );
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error;
    return { status: "invalid", fields: takenFields(error) };
  }
}

/** Which of the names is someone else's already? */
export function takenFields({ constraint }: UniqueViolation): FieldErrors {
  return constraint.includes("email")
    ? { email: ["There is an account with this address already."] }
    : { username: ["This username is taken."] };
}
