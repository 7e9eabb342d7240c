import { randomInt } from "node:crypto";

import type { Tables } from "@app/api";
import { type Auth, createOperator, type OperatorOptions } from "@countersign/auth";
import type { Database } from "@countersign/db";

const letters = "abcdefghjkmnpqrstuvwxyz";

/**
 * On an empty database in development: users to try things with, whatever the site asks of those who register. Their
 * passwords are printed once and kept nowhere.
 */
export async function createDemoUsers(
  db: Database<Tables>,
  auth: Auth,
  { bus, settings }: Pick<OperatorOptions, "bus" | "settings">,
): Promise<void> {
  const { users } = db.tables;
  if ((await db.select({ id: users.id }).from(users).limit(1)).length > 0) return;

  const operator = createOperator({ db, bus, settings, actor: { id: null, name: "demo" } });
  const lines = [];
  for (const username of ["ann", "bob", "root"]) {
    const password = readablePassword();
    const isRoot = username === "root";
    const made = await operator.createUser({
      username,
      email: `${username}@example.com`,
      isEmailVerified: true,
      password,
      isStaff: isRoot,
      isSuperuser: isRoot,
    });
    if (made.status !== "created") throw new Error(`The demo user ${username} could not be made.`);
    lines.push(`  ${username.padEnd(5)} ${password}`);
    if (username === "ann") await auth.rights.grant(made.user.id, "notes.overview");
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
