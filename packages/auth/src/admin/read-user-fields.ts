import type { Settings } from "@countersign/contract";

import { parseEmail } from "../account/email.ts";
import { parseUsername } from "../account/username.ts";
import type { FieldErrors } from "../auth.ts";
import { findPasswordFault } from "../password/password-rule.ts";

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
export function readNewUser(
  settings: Pick<Settings, "EMAIL_REQUIRED" | "PASSWORD_MIN_LENGTH">,
  input: NewUser,
): Reading {
  const read = readUserChange(settings, { ...input, email: input.email ?? null });
  const fields: Record<string, readonly string[]> = { ...("fields" in read ? read.fields : {}) };
  const name = parseUsername(input.username);
  if ("fault" in name) fields["username"] = [name.fault];

  const email = "values" in read ? (read.values.email ?? null) : null;
  const account = { username: "fault" in name ? null : name.username, email };
  const passwordFault =
    input.password === undefined ? null : findPasswordFault(input.password, account, settings.PASSWORD_MIN_LENGTH);
  if (passwordFault !== null) fields["password"] = [passwordFault];
  if ("fault" in name || "fields" in read || passwordFault !== null) return { fields };
  return { values: { ...read.values, ...name } };
}

/** Reads what is to change; what is left out stays as it is. */
export function readUserChange({ EMAIL_REQUIRED }: Pick<Settings, "EMAIL_REQUIRED">, input: UserChange): Reading {
  const values: UserFields = {};
  const fields: Record<string, readonly string[]> = {};
  for (const field of ["firstName", "lastName"] as const) {
    const raw = input[field];
    const name = raw === undefined ? null : parsePersonName(raw);
    if (name === null) continue;
    if ("fault" in name) fields[field] = [name.fault];
    else values[field] = name.value;
  }
  if (input.email !== undefined) {
    const address = readEmail(input.email, EMAIL_REQUIRED);
    if ("fault" in address) fields["email"] = [address.fault];
    else Object.assign(values, { email: address.email, emailKey: address.email });
  }
  if (input.locale !== undefined) {
    const locale = input.locale === null ? null : parseLocale(input.locale);
    if (locale === undefined) fields["locale"] = ["This is no language tag. Write one like en or pt-BR."];
    else values.locale = locale;
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

const longestName = 100;

function parsePersonName(raw: string): { readonly value: string } | { readonly fault: string } {
  const tooLong = { fault: `Too long: at most ${longestName} characters.` };
  // Looked at before normalising, which takes time in proportion.
  if (raw.length > 4 * longestName) return tooLong;
  const value = raw.normalize("NFC").trim();
  if (Array.from(value).length > longestName) return tooLong;
  // Joiners and marks of direction are part of names in some scripts; control characters and line breaks are of none.
  const isClean = value.isWellFormed() && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value);
  return isClean ? { value } : { fault: "It has a character that cannot be kept. Type it again." };
}

/** The canonical tag (BCP 47); undefined when it is none. */
function parseLocale(raw: string): string | undefined {
  if (raw.length > 35) return undefined;
  try {
    return Intl.getCanonicalLocales(raw)[0];
  } catch {
    // Not a tag.
    return undefined;
  }
}
