import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { expect, test } from "vitest";

test("in a page no schema tries to compile code, which a strict Content-Security-Policy would report", async () => {
  await expect(countCompilations({ isPage: true })).resolves.toBe(0);
});

test("on a server schemas are compiled, for speed", async () => {
  await expect(countCompilations({ isPage: false })).resolves.toBeGreaterThan(0);
});

/** In a process of its own: zod asks once, when the first schema is made, and remembers the answer. */
async function countCompilations({ isPage }: { readonly isPage: boolean }): Promise<number> {
  const program = `
    let count = 0;
    const Native = Function;
    globalThis.Function = function (...parts) { count += 1; return new Native(...parts); };
    ${isPage ? "globalThis.document = {};" : ""}
    const { UserSnapshot } = await import(${JSON.stringify(new URL("snapshot.ts", import.meta.url).href)});
    UserSnapshot.parse({ isAuthenticated: false });
    console.log(count);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  return Number(stdout);
}
