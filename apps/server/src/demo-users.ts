import { randomInt } from "node:crypto";

import { eq } from "drizzle-orm";

import type { Tables } from "@app/api";
import { type Auth, hashToken } from "@countersign/auth";
import type { Database } from "@countersign/db";

const letters = "abcdefghjkmnpqrstuvwxyz";

/** On an empty database in development: users to try things with. Their passwords are printed once and kept nowhere. */
export async function createDemoUsers(db: Database<Tables>, auth: Auth): Promise<void> {
  const { users } = db.tables;
  if ((await db.select({ id: users.id }).from(users).limit(1)).length > 0) return;

  const lines = [];
  for (const username of ["ann", "bob", "root"]) {
    const password = readablePassword();
    const made = await auth.accounts.register({ username, password }, { ip: null, userAgent: null, presented: null });
    if (made.status !== "signed-in") throw new Error(`The demo user ${username} could not be made: ${made.status}.`);
    lines.push(`  ${username.padEnd(5)} ${password}`);
    // Registering signs in; nobody holds this session.
    await auth.accounts.logout(hashToken(made.token));
    if (username === "ann") await auth.rights.grant(made.principal.user.id, "notes.overview");
    if (username === "root")
      await db.update(users).set({ isSuperuser: true, isStaff: true }).where(eq(users.id, made.principal.user.id));
  }
  process.stdout.write(
    `The database was empty. Sign in as one of these; the passwords are shown only now:\n${lines.join("\n")}\n`,
  );
}

/** Four groups of four letters: 72 bits, and no trouble to type. */
function readablePassword(): string {
  const group = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join("");
  return [group(), group(), group(), group()].join("-");
}
