import { existsSync } from "node:fs";

/** @throws when there is no such file: SQLite would make one */
export function requireFile(file: string): void {
  if (existsSync(file)) return;
  throw new Error(
    `There is no database at ${file}. Correct the path, or make one: run countersign db migrate, or start the server.`,
  );
}
