import { statSync } from "node:fs";

/** @throws when there is no such file: SQLite would make one */
export function requireFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory()) throw new Error(`${file} is a folder. Name the file in it.`);
  if (found) return;
  throw new Error(
    `There is no database at ${file}. Correct the path, or make one: run countersign db migrate, or start the server.`,
  );
}
