import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test, vi } from "vitest";

test("asked for a provider, the program gets the variables of one that answers, besides its own", async () => {
  await using program = await startProgram({ DEV_IDENTITY_PROVIDER: "0", OIDC_PROVIDERS: "okta" });
  const variables = await program.variables();

  expect(variables).toMatchObject({ OIDC_PROVIDERS: "okta,demo", DEMO_CLIENT_ID: "countersign" });
  const document = await fetch(`${variables["DEMO_ISSUER"]}/.well-known/openid-configuration`);
  await expect(document.json()).resolves.toMatchObject({ issuer: variables["DEMO_ISSUER"] });
});

test("not asked for one, the program gets none", async () => {
  await using program = await startProgram({ DEV_IDENTITY_PROVIDER: "" });

  const names = Object.keys(await program.variables());
  expect(names.filter((name) => /^(OIDC|DEMO)_/.test(name))).toEqual([]);
});

test("a port that is none is refused with what to write", async () => {
  await using program = await startProgram({ DEV_IDENTITY_PROVIDER: "yes" });

  await vi.waitFor(() => expect(program.output()).toContain("DEV_IDENTITY_PROVIDER: write 1, or the port"), 10_000);
  expect(program.output()).not.toContain("variables");
});

/** A program that prints its variables, started as `pnpm dev` starts the server. */
async function startProgram(environment: Record<string, string>) {
  const folder = mkdtempDisposableSync(join(tmpdir(), "dev-"));
  mkdirSync(join(folder.path, "src"));
  writeFileSync(join(folder.path, "package.json"), '{ "type": "module" }');
  writeFileSync(
    join(folder.path, "src/main.ts"),
    'console.log("variables", JSON.stringify(process.env), "end"); setInterval(() => {}, 1000);',
  );
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), "src/main.ts"], {
    cwd: folder.path,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], ...environment },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (output += String(part)));
  return {
    output: () => output,
    async variables(): Promise<Record<string, string>> {
      await vi.waitFor(() => expect(output).toMatch(/variables .* end/), { timeout: 10_000, interval: 20 });
      return JSON.parse(/variables (.*) end/.exec(output)?.[1] ?? "") as Record<string, string>;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) {
        child.kill("SIGINT");
        await once(child, "exit");
      }
      folder[Symbol.dispose]();
    },
  };
}
