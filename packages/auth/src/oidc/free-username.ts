import { randomInt } from "node:crypto";

import { inArray } from "drizzle-orm";

import type { Database } from "@countersign/db";

import { parseUsername, type Username } from "../account/username.ts";

/** Room for a number behind it. */
const longestBase = 58;

/**
 * A username nobody has, made of the first of these names that can be one: as it is, or with a number behind it. Null when
 * none of them can. `isCrowded`: others are taking such names at this moment, so that the next free number is not likely to stay so.
 */
export async function findFreeUsername(
  db: Pick<Database, "select" | "tables">,
  names: readonly string[],
  { isCrowded }: { readonly isCrowded: boolean },
): Promise<Username | null> {
  for (const name of names) {
    const base = fit(name);
    if (base === null) continue;
    const candidates = [base, ...numbered(base.username, isCrowded)];
    const { users } = db.tables;
    const keys = candidates.map(({ usernameKey }) => usernameKey);
    const held = await db
      .select({ usernameKey: users.usernameKey })
      .from(users)
      .where(inArray(users.usernameKey, keys));
    const taken = new Set(held.map(({ usernameKey }) => usernameKey));
    const free = candidates.find(({ usernameKey }) => !taken.has(usernameKey));
    if (free) return free;
  }
  return null;
}

/** An address becomes what stands before its @; what cannot be in a name goes. */
function fit(name: string): Username | null {
  const [local = ""] = name.slice(0, 256).normalize("NFKC").split("@", 1);
  const short = Array.from(local.trim()).slice(0, longestBase).join("");
  const parsed = parseUsername(short);
  return "fault" in parsed ? null : parsed;
}

function numbered(base: string, isCrowded: boolean): readonly Username[] {
  const low = isCrowded ? [] : [2, 3, 4, 5, 6, 7, 8, 9];
  const numbers = [...low, randomInt(10, 1000), randomInt(1000, 100_000)];
  return numbers.flatMap((number) => {
    const parsed = parseUsername(`${base}${number}`);
    return "fault" in parsed ? [] : parsed;
  });
}
