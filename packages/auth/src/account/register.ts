import { eq, or } from "drizzle-orm";

import { UniqueViolation, type Database } from "@countersign/db";

import type { Accounts, FieldErrors, RegisterResult } from "../auth.ts";
import { newId } from "../new-id.ts";
import { findPasswordFault } from "../password/password-rule.ts";
import type { NewSession } from "../session/session-engine.ts";

import type { AccountContext, SignInOrigin } from "./account-context.ts";
import { beginSession, readNewPrincipal } from "./begin-session.ts";
import { parseEmail } from "./email.ts";
import { accountNames } from "./login-name.ts";
import { parseUsername } from "./username.ts";

type RegisterInput = Parameters<Accounts["register"]>[0];

/** A registration whose fields are in order. */
interface Wanted {
  readonly username: string;
  readonly usernameKey: string;
  readonly email: string | null;
  readonly emailKey: string | null;
}

/** See `Accounts.register`. */
export async function register(
  context: AccountContext,
  input: RegisterInput,
  from: SignInOrigin,
): Promise<RegisterResult> {
  if (!context.settings.SIGN_UP) return { status: "closed" };
  const wanted = readFields(input);
  if ("fields" in wanted) return { status: "invalid", fields: wanted.fields };

  const admission = await context.throttle.admitRegistration(from.ip);
  if (admission.status === "limited") return admission;
  try {
    const taken = await findTaken(context.db, wanted);
    if (taken) return { status: "invalid", fields: taken };

    const passwordHash = await context.passwords.hash(input.password);
    if (typeof passwordHash !== "string") {
      await admission.cancelled();
      return passwordHash;
    }
    const begun = await makeAccount(context, wanted, passwordHash, from);
    if ("fields" in begun) return { status: "invalid", fields: begun.fields };

    await admission.succeeded(accountNames(wanted));
    const principal = await readNewPrincipal(context, begun);
    if (principal === null) throw new Error("The account was made, and switched off before it was signed in.");
    return { status: "signed-in", principal, ...begun };
  } catch (error) {
    await admission.cancelled();
    throw error;
  }
}

function readFields(input: RegisterInput): Wanted | { readonly fields: FieldErrors } {
  const name = parseUsername(input.username);
  const address = parseOptionalEmail(input.email);
  // The password is compared with names of a sane length only.
  const passwordFault = findPasswordFault(input.password, {
    username: "fault" in name ? null : name.username,
    email: "fault" in address ? null : address.email,
  });
  if ("fault" in name || "fault" in address || passwordFault !== null) {
    return {
      fields: {
        ...("fault" in name ? { username: [name.fault] } : {}),
        ...("fault" in address ? { email: [address.fault] } : {}),
        ...(passwordFault === null ? {} : { password: [passwordFault] }),
      },
    };
  }
  return { ...name, email: address.email, emailKey: address.email };
}

function parseOptionalEmail(
  raw: string | null | undefined,
): { readonly email: string | null } | { readonly fault: string } {
  // A form sends an empty text for what was left out.
  return (raw ?? "") === "" ? { email: null } : parseEmail(raw ?? "");
}

/** Makes the account and its session, both or neither. Names taken in the meantime are field errors. */
async function makeAccount(
  context: AccountContext,
  wanted: Wanted,
  passwordHash: string,
  from: SignInOrigin,
): Promise<NewSession | { readonly fields: FieldErrors }> {
  try {
    return await context.db.transaction(async (tx) => {
      const now = new Date(context.clock.now());
      const userId = newId();
      await tx
        .insert(tx.tables.users)
        .values({ id: userId, ...wanted, passwordHash, createdAt: now, lastLoginAt: now });
      return beginSession(context, tx, { userId, remember: false, from });
    });
  } catch (error) {
    const taken = error instanceof UniqueViolation ? await findTaken(context.db, wanted) : null;
    if (taken) return { fields: taken };
    throw error;
  }
}

/** Which of the names are someone else's already? */
async function findTaken(
  db: Database,
  { usernameKey, emailKey }: Pick<Wanted, "usernameKey" | "emailKey">,
): Promise<FieldErrors | null> {
  const { users } = db.tables;
  const holders = await db
    .select({ usernameKey: users.usernameKey, emailKey: users.emailKey })
    .from(users)
    .where(or(eq(users.usernameKey, usernameKey), emailKey === null ? undefined : eq(users.emailKey, emailKey)));
  if (holders.length === 0) return null;
  const isEmailTaken = emailKey !== null && holders.some((holder) => holder.emailKey === emailKey);
  return {
    ...(holders.some((holder) => holder.usernameKey === usernameKey) ? { username: ["This username is taken."] } : {}),
    ...(isEmailTaken ? { email: ["There is an account with this address already."] } : {}),
  };
}
