import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { SecondServer } from "./second-server.ts";

const program = fileURLToPath(new URL("second-server.ts", import.meta.url));

/** The same app in a process of its own, on the same database. Leaving the block stops it. */
export async function startSecondServer(given: SecondServer): Promise<AsyncDisposable & { readonly url: string }> {
  const child = spawn(process.execPath, [program, JSON.stringify(given)], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  const ready = once(child.stdout.setEncoding("utf8"), "data").then(([text]) => String(text).trim());
  const url = await Promise.race([ready, ended.then(() => "")]);
  if (url === "") throw new Error("The second server ended before it was there.");
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      const late = setTimeout(() => child.kill(), 5000);
      await ended;
      clearTimeout(late);
    },
  };
}
