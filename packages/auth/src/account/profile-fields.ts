import type { ProfileChange } from "../auth.ts";

const longestName = 100;

/** Fields in the form they are stored in; those that were not given are not there. */
interface ProfileFields {
  firstName?: string;
  lastName?: string;
  locale?: string | null;
}

/** Reads the names and the language someone wants, and what is wrong with them, by field. */
export function readProfileFields({ firstName, lastName, locale }: ProfileChange): {
  readonly values: ProfileFields;
  readonly faults: Readonly<Record<string, readonly string[]>>;
} {
  const values: ProfileFields = {};
  const faults: Record<string, readonly string[]> = {};
  for (const [field, raw] of Object.entries({ firstName, lastName })) {
    if (raw === undefined) continue;
    const name = parseName(raw);
    if ("fault" in name) faults[field] = [name.fault];
    else values[field as "firstName" | "lastName"] = name.value;
  }
  if (locale === null) values.locale = null;
  else if (locale !== undefined) {
    const tag = parseLocale(locale);
    if (tag === null) faults["locale"] = ["This is no language tag. Write one like en or pt-BR."];
    else values.locale = tag;
  }
  return { values, faults };
}

function parseName(raw: string): { readonly value: string } | { readonly fault: string } {
  // Looked at before anything is done with it: normalising a text of megabytes takes its time.
  if (raw.length > 4 * longestName) return { fault: `Too long: at most ${longestName} characters.` };
  const value = raw.normalize("NFC").trim();
  if (Array.from(value).length > longestName) return { fault: `Too long: at most ${longestName} characters.` };
  // Marks of direction and joiners are part of names in some scripts; what controls a terminal or breaks a line is not.
  if (!value.isWellFormed() || /[\p{Cc}\u2028\u2029]/u.test(value))
    return { fault: "It has a character that cannot be kept. Type it again." };
  return { value };
}

function parseLocale(raw: string): string | null {
  if (raw.length > 35) return null;
  try {
    return Intl.getCanonicalLocales(raw)[0] ?? null;
  } catch {
    // Not a tag.
    return null;
  }
}
