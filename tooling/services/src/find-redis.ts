import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * The program `redis-server`: the one on the PATH, else Debian's, installed where this process may. Null when there is none.
 */
export async function findRedis(): Promise<string | null> {
  if (await isThere("redis-server")) return "redis-server";
  if (process.getuid?.() !== 0 || !(await isThere("apt-get"))) return null;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = "apt-get install --yes --no-install-recommends redis-server";
  await run("sh", ["-c", `${install} || { apt-get update && ${install}; }`], { env, timeout: 180_000 }).catch(() => {});
  return (await isThere("redis-server")) ? "redis-server" : null;
}

async function isThere(program: string): Promise<boolean> {
  return run("sh", ["-c", `command -v ${program}`]).then(
    () => true,
    () => false,
  );
}
