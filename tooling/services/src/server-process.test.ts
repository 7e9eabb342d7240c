import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { startServer } from "./server-process.ts";

const good = `
  import { createServer } from "node:http";
  console.log("secret", process.env.SECRET, process.env.NODE_ENV, process.env.PUBLIC_URL, process.env.USER);
  createServer((request, response) => response.end(String(process.pid))).listen(process.env.PORT, process.env.HOST);
  process.on("SIGTERM", () => process.exit(7));`;

test("a server gets its address and nothing of this process's environment", async () => {
  using entry = writeEntry(good);
  await using server = await startServer(entry.path, { SECRET: "tea" });

  expect(server.output).toContain(`secret tea production ${server.url} undefined`);
});

test("a killed server comes back at the same address as another process", async () => {
  using entry = writeEntry(good);
  await using server = await startServer(entry.path, {});
  const first = await (await fetch(server.url)).text();

  await server.kill();
  await expect(fetch(server.url)).rejects.toThrow("fetch failed");
  await server.start();

  expect(await (await fetch(server.url)).text()).not.toBe(first);
});

test("stop asks the server to end and tells its exit code", async () => {
  using entry = writeEntry(good);
  await using server = await startServer(entry.path, {});

  await expect(server.stop()).resolves.toBe(7);
});

test("a server that is replaced finishes while another one answers at its address", async () => {
  using entry = writeEntry(`
    import { createServer } from "node:http";
    const server = createServer((request, response) => response.end(String(process.pid)));
    server.listen(process.env.PORT, process.env.HOST);
    process.on("SIGTERM", () => {
      server.close();
      server.closeAllConnections();
      setTimeout(() => process.exit(7), 3000);
    });`);
  await using server = await startServer(entry.path, {});
  const first = server.pid ?? 0;

  const { ended } = await server.replace();

  expect(await (await fetch(server.url)).text()).toBe(String(server.pid));
  expect(process.kill(first, 0)).toBe(true);
  await expect(ended).resolves.toBe(7);
  expect(server.exits).toEqual([{ pid: first, code: 7, signal: null, isAskedFor: true }]);
});

test("ends that were asked for are told from those that were not", async () => {
  using entry = writeEntry(good);
  await using server = await startServer(entry.path, {});
  const first = server.pid ?? 0;

  process.kill(first, "SIGKILL");
  await expect.poll(() => server.exits).toEqual([{ pid: first, code: null, signal: "SIGKILL", isAskedFor: false }]);
  expect(server.pid).toBeNull();
  await server.start();
  await server.stop();

  expect(server.exits.at(-1)).toMatchObject({ code: 7, signal: null, isAskedFor: true });
});

test("a server that ends before it is ready is an error with what it printed", async () => {
  using entry = writeEntry(`console.error("PORT is taken"); process.exit(1);`);

  await expect(startServer(entry.path, {})).rejects.toThrow("PORT is taken");
});

function writeEntry(text: string): Disposable & { readonly path: string } {
  const folder = mkdtempDisposableSync(join(tmpdir(), "server-"));
  const path = join(folder.path, "main.mjs");
  writeFileSync(path, text);
  return { path, [Symbol.dispose]: () => folder.remove() };
}
