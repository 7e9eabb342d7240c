import { createHash } from "node:crypto";

import { sql } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

import type { Visitor } from "./enter.ts";
import { OidcRefusal } from "./provider.ts";

/** Longer than a logout token may be presented, and than a sign-in may take from its answer to its session. */
const rememberedMs = 3_600_000;

/** A logout token, as far as it is kept. */
interface HeardLogout {
  readonly iss: string;
  readonly jti: string;
  readonly sub?: string | undefined;
  readonly sid?: string | undefined;
}

/**
 * Writes down that a provider has signed somebody out: for those who are on their way in, of whom there is no session to end yet.
 *
 * @throws UniqueViolation when the token was heard before
 */
export async function keepLogout(
  tx: Transaction,
  { iss, jti, sub, sid }: HeardLogout,
  { now }: { readonly now: number },
): Promise<void> {
  const { providerLogouts: table } = tx.tables;
  const expiresAt = new Date(now + rememberedMs);
  await tx.insert(table).values({ issuer: iss, jtiHash: digest(jti), expiresAt });
  const names = [
    ...(sid === undefined ? [] : [nameOf.session(sid)]),
    ...(sub === undefined ? [] : [sid === undefined ? nameOf.person(sub) : nameOf.personOfSession(sub)]),
  ];
  await tx
    .insert(table)
    .values(names.toSorted().map((jtiHash) => ({ issuer: iss, jtiHash, expiresAt })))
    .onConflictDoUpdate({ target: [table.issuer, table.jtiHash], set: { expiresAt } });
}

/**
 * Refuses whom the provider has signed out since they set out: before they came back, while something was still asked of them, or
 * at this very moment. A session of its own that it has ended does not come back at all, whatever the clocks say. What is looked at stays locked until the commit, so that a logout that is heard later finds the session.
 *
 * @throws OidcRefusal
 */
export async function refuseIfLoggedOut(tx: Transaction, { answer, begunAt, now }: Visitor): Promise<void> {
  const { providerLogouts: table } = tx.tables;
  const { issuer, subject, claims } = answer;
  const sid = readSid(claims);
  // What names a session is not about another one; where the ID token named none, it may be about this.
  const names = [nameOf.person(subject), sid === null ? nameOf.personOfSession(subject) : nameOf.session(sid)];
  const heard = await tx
    .insert(table)
    // To be locked it has to be there. It is over at once, and is read as one of long ago.
    .values(names.toSorted().map((jtiHash) => ({ issuer, jtiHash, expiresAt: now })))
    .onConflictDoUpdate({ target: [table.issuer, table.jtiHash], set: { expiresAt: sql`${table.expiresAt}` } })
    .returning({ name: table.jtiHash, expiresAt: table.expiresAt });
  const isOut = heard.some(({ name, expiresAt }) => {
    if (sid !== null && name === nameOf.session(sid)) return expiresAt > now;
    return expiresAt.getTime() - rememberedMs >= begunAt.getTime();
  });
  if (isOut) throw new OidcRefusal("expired", "logged_out_there");
}

/** The provider's name for its own session, where it gives one that can be kept. */
export function readSid({ sid }: Readonly<Record<string, unknown>>): string | null {
  return typeof sid === "string" && sid !== "" && sid.length <= 255 && !/\p{Cc}/u.test(sid) ? sid : null;
}

/** They stand beside the tokens' ids, which are digests alone. */
const nameOf = {
  session: (sid: string) => `sid ${digest(sid)}`,
  person: (sub: string) => `sub ${digest(sub)}`,
  /** Of a token that names one of the person's sessions. */
  personOfSession: (sub: string) => `sub of sid ${digest(sub)}`,
};

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
