import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { bundleProgram } from "@app/services";
import { sqliteDialect } from "@app/services/databases";

const password = /^ {2}ann +(\S+)$/m;

test("REL-10: a server whose disk fails acknowledges nothing more, ends by itself, and finds all it acknowledged when it starts again", async (context) => {
  if (spawnSync("strace", ["-V"]).status !== 0) return context.skip("It takes strace, which makes fsync fail.");
  await using place = await sqliteDialect.create();
  const first = await startServer(place.url);
  const [, secret = ""] = password.exec(first.output()) ?? [];
  await first.stop();

  const failing = await startServer(
    place.url,
    ["fsync", "fdatasync"].map((call) => `inject=${call}:error=EIO:when=30+`),
  );
  const cookie = await signIn(failing.url, secret);
  const acknowledged: string[] = [];
  const answers: (number | "lost")[] = [];
  while (failing.isRunning()) {
    const title = `note ${acknowledged.length + answers.length}`;
    const status = await createNote(failing.url, cookie, title);
    if (status === 200) acknowledged.push(title);
    else answers.push(status);
  }
  expect(await failing.exitCode()).toBe(74);
  expect(failing.output()).toContain("The disk did not take what was written");
  expect(acknowledged.length).toBeGreaterThan(3);
  // From the first failure on nothing was acknowledged, and those who asked in time were answered.
  expect(answers[0]).toBe(503);
  expect(answers.filter((answer) => answer !== 503 && answer !== "lost")).toEqual([]);

  const again = await startServer(place.url);
  const found = await titlesOf(again.url, cookie);
  await again.stop();
  expect(acknowledged.filter((title) => !found.includes(title))).toEqual([]);
  // The one whose commit failed may be there.
  expect(found.length - acknowledged.length).toBeLessThanOrEqual(1);
}, 120_000);

async function startServer(databaseUrl: string, faults: readonly string[] = []) {
  const main = [process.execPath, await bundleProgram(join(import.meta.dirname, "main.ts"))];
  const trace = [
    "strace",
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "-e",
    "trace=fsync,fdatasync",
    ...faults.flatMap((each) => ["-e", each]),
  ];
  const [program = "", ...words] = faults.length > 0 ? [...trace, ...main] : main;
  const child = spawn(program, words, {
    env: { NODE_ENV: "test", HOST: "127.0.0.1", PORT: "0", DATABASE_URL: databaseUrl, PATH: process.env["PATH"] },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exit = once(child, "exit");
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += String(chunk)));
  await expect.poll(() => output, { timeout: 30_000 }).toMatch(/ready on http:/);
  return {
    url: /ready on (http:\/\/\S+)/.exec(output)?.[1] ?? "",
    output: () => output,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    async exitCode() {
      await exit;
      return child.exitCode;
    },
    async stop() {
      child.kill("SIGKILL");
      await exit;
    },
  };
}

const origin = "http://localhost:5173";
const headers = { "content-type": "application/json", origin };

async function signIn(url: string, secret: string): Promise<string> {
  const body = JSON.stringify({ login: "ann", password: secret });
  const answer = await fetch(`${url}/trpc/auth.login`, { method: "POST", headers, body });
  expect(answer.status).toBe(200);
  return answer.headers.get("set-cookie")?.split(";")[0] ?? "";
}

async function createNote(url: string, cookie: string, title: string): Promise<number | "lost"> {
  const body = JSON.stringify({ title, body: "" });
  const answer = await fetch(`${url}/trpc/note.create`, {
    method: "POST",
    headers: { ...headers, cookie },
    body,
  }).catch(() => null);
  return answer?.status ?? "lost";
}

async function titlesOf(url: string, cookie: string): Promise<string[]> {
  const input = encodeURIComponent(JSON.stringify({ limit: 100 }));
  const answer = await fetch(`${url}/trpc/note.list?input=${input}`, { headers: { ...headers, cookie } });
  const said = (await answer.json()) as {
    readonly result: { readonly data: { readonly rows: { readonly title: string }[] } };
  };
  return said.result.data.rows.map(({ title }) => title);
}
