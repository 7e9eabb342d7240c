import type { Settings } from "@countersign/contract";

import { parseEmail } from "../account/email.ts";
import { readProfileFields } from "../account/profile-fields.ts";
import { parseUsername } from "../account/username.ts";
import type { FieldErrors } from "../auth.ts";
import type { PasswordRule } from "../password/password-rule.ts";

import type { AdminUsers } from "./admin.ts";

type NewUser = Parameters<AdminUsers["create"]>[1];
type UserChange = Omit<Parameters<AdminUsers["update"]>[1], "id" | "version">;

/** Columns of a user that were given, in the form they are stored in. */
export interface UserFields {
  username?: string;
  usernameKey?: string;
  email?: string | null;
  emailKey?: string | null;
  firstName?: string;
  lastName?: string;
  locale?: string | null;
}

type Reading = { readonly values: UserFields } | { readonly fields: FieldErrors };

/** Reads what an account is made of. The rules are those of registration. */
export async function readNewUser(
  { settings, passwordRule }: { readonly settings: Settings; readonly passwordRule: PasswordRule },
  input: NewUser,
  options: { readonly mayBeReserved?: boolean } = {},
): Promise<Reading> {
  const read = readUserChange(settings, { ...input, email: input.email ?? null });
  const fields: Record<string, readonly string[]> = { ...("fields" in read ? read.fields : {}) };
  const name = parseUsername(input.username, options);
  if ("fault" in name) fields["username"] = [name.fault];

  const email = "values" in read ? (read.values.email ?? null) : null;
  const account = { username: "fault" in name ? null : name.username, email };
  const passwordFault = input.password === undefined ? null : await passwordRule.findFault(input.password, account);
  if (passwordFault !== null) fields["password"] = [passwordFault];
  if ("fault" in name || "fields" in read || passwordFault !== null) return { fields };
  return { values: { ...read.values, ...name } };
}

/** Reads what is to change; what is left out stays as it is. */
export function readUserChange({ EMAIL_REQUIRED }: Pick<Settings, "EMAIL_REQUIRED">, input: UserChange): Reading {
  const profile = readProfileFields(input);
  const values: UserFields = { ...profile.values };
  const fields: Record<string, readonly string[]> = { ...profile.faults };
  if (input.email !== undefined) {
    const address = readEmail(input.email, EMAIL_REQUIRED);
    if ("fault" in address) fields["email"] = [address.fault];
    else Object.assign(values, { email: address.email, emailKey: address.email });
  }
  return Object.keys(fields).length > 0 ? { fields } : { values };
}

function readEmail(
  raw: string | null,
  isRequired: boolean,
): { readonly email: string | null } | { readonly fault: string } {
  if (raw !== null && raw !== "") return parseEmail(raw);
  return isRequired ? { fault: "An account needs an email address here." } : { email: null };
}
