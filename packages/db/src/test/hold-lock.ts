import { spawn } from "node:child_process";
import { once } from "node:events";

export interface HeldLock extends AsyncDisposable {
  release(): Promise<void>;
}

/**
 * Another process that holds a lock on the SQLite file until it is told to release it: `write` as `BEGIN IMMEDIATE` takes
 * it, `exclusive` so that nobody else can read either (only possible while nobody else has the file open).
 */
export async function holdLock(file: string, kind: "exclusive" | "write"): Promise<HeldLock> {
  const script = `
    import Sqlite from "better-sqlite3";
    const database = new Sqlite(process.argv[1]);
    if (process.argv[2] === "exclusive") database.pragma("locking_mode = EXCLUSIVE");
    database.exec("begin immediate; create table if not exists lock_holder (id integer); commit; begin immediate");
    process.stdout.write("held");
    process.stdin.on("end", () => database.close()).resume();
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, file, kind], {
    cwd: import.meta.dirname,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const failed = once(child, "exit").then(() => {
    throw new Error("The process that was to hold the lock has ended.");
  });
  await Promise.race([once(child.stdout, "data"), failed]);
  failed.catch(() => {});

  async function release(): Promise<void> {
    if (child.exitCode !== null) return;
    const exit = once(child, "exit");
    child.stdin.end();
    await exit;
  }
  return { release, [Symbol.asyncDispose]: release };
}
