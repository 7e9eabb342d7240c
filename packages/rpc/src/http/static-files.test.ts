import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

import { expect, test } from "vitest";

import { sqliteDialect as sqlite } from "@app/services/databases";

import { startTestRouter } from "../test/start.ts";

const script = "export const word = 'tea';\n".repeat(50);
const page = "<!doctype html><title>Tea</title>";

test("a page path shows the page to whoever takes HTML or anything; a missing file and a call are not found", async () => {
  await using site = await startSite();
  const seen = [];
  for (const [path, accept] of [
    ["/", "text/html"],
    ["/notes", "*/*"],
    ["/notes?a=1", undefined],
    ["/notes", "image/png"],
    ["/assets/gone.js", "*/*"],
    ["/trpc", "*/*"],
    ["/trpc/nothing", "text/html"],
    ["/..%2f..%2fetc%2fpasswd.txt", "*/*"],
  ] as const) {
    const { status, headers } = await site.send(path, { headers: accept === undefined ? {} : { accept } });
    seen.push([path, status, headers["content-type"]]);
  }
  const html = "text/html; charset=utf-8";
  const json = "application/json; charset=utf-8";
  expect(seen).toEqual([
    ["/", 200, html],
    ["/notes", 200, html],
    ["/notes?a=1", 200, html],
    ["/notes", 404, json],
    ["/assets/gone.js", 404, json],
    ["/trpc", 404, json],
    ["/trpc/nothing", 404, json],
    ["/..%2f..%2fetc%2fpasswd.txt", 404, json],
  ]);
});

test("COO-10: what is the same for everyone sets no cookie, and says so to caches", async () => {
  await using site = await startSite();
  for (const path of ["/", "/notes", "/assets/app.js"]) {
    for (const cookie of ["", "session=garbage"]) {
      const { headers, status } = await site.send(path, { headers: { accept: "*/*", ...(cookie && { cookie }) } });
      expect(status, path).toBe(200);
      expect(headers["set-cookie"], path).toBeUndefined();
      expect(headers["cache-control"], path).not.toContain("private");
      expect(headers.vary ?? "", path).not.toMatch(/cookie/i);
    }
  }
});

test("HEAD says what GET would, without the body; other methods are refused with what is allowed", async () => {
  await using site = await startSite();
  const get = await site.send("/assets/app.js");
  const head = await site.send("/assets/app.js", { method: "HEAD" });
  expect(head.body).toHaveLength(0);
  const ofEach = { date: "", "x-request-id": "" };
  expect({ ...head.headers, ...ofEach }).toEqual({ ...get.headers, ...ofEach });

  for (const [method, path] of [
    ["POST", "/"],
    ["POST", "/assets/app.js"],
    ["PUT", "/notes"],
    ["DELETE", "/notes"],
    ["TRACE", "/"],
    ["OPTIONS", "/"],
  ] as const) {
    const { status, headers } = await site.send(path, { method });
    expect([method, path, status, headers.allow]).toEqual([method, path, 405, "GET, HEAD"]);
  }
});

test("text is sent compressed as the client takes it, each encoding with a tag of its own", async () => {
  await using site = await startSite();
  const seen = [];
  for (const accepted of [
    "gzip, deflate, br, zstd",
    "gzip",
    "br;q=0, gzip;q=0.5",
    "GZIP;q=1.0",
    "*",
    "*;q=0",
    "identity",
    undefined,
  ]) {
    const headers: Record<string, string> = accepted === undefined ? {} : { "accept-encoding": accepted };
    const answer = await site.send("/assets/app.js", { headers });
    expect(answer.headers.vary).toBe("Accept-Encoding");
    expect(answer.headers["content-type"]).toBe("text/javascript; charset=utf-8");
    expect(answer.headers["content-length"]).toBe(String(answer.body.byteLength));
    seen.push([accepted, answer.headers["content-encoding"], answer.body.equals(site.bytes(answer.headers))]);
  }
  expect(seen).toEqual([
    ["gzip, deflate, br, zstd", "br", true],
    ["gzip", "gzip", true],
    ["br;q=0, gzip;q=0.5", "gzip", true],
    ["GZIP;q=1.0", "gzip", true],
    ["*", "br", true],
    ["*;q=0", undefined, true],
    ["identity", undefined, true],
    [undefined, undefined, true],
  ]);
});

test("who has the present version gets no second copy; one that has an other encoding or version does", async () => {
  await using site = await startSite();
  const br = { "accept-encoding": "br" };
  const { headers } = await site.send("/assets/app.js", { headers: br });
  const tag = headers.etag ?? "";
  const again = await site.send("/assets/app.js", { headers: { ...br, "if-none-match": `"old", W/${tag}` } });
  expect([again.status, again.body.byteLength, again.headers.etag]).toEqual([304, 0, tag]);
  expect(again.headers).toMatchObject({ vary: "Accept-Encoding", "x-content-type-options": "nosniff" });

  expect((await site.send("/assets/app.js", { headers: { "if-none-match": tag } })).status).toBe(200);
  expect((await site.send("/assets/app.js", { headers: { ...br, "if-none-match": '"old"' } })).status).toBe(200);
});

test("hashed files are kept for good, pages are asked for each time", async () => {
  await using site = await startSite();
  const cached = async (path: string) => (await site.send(path)).headers["cache-control"];
  expect(await cached("/assets/app.js")).toBe("public, max-age=31536000, immutable");
  expect([await cached("/"), await cached("/notes"), await cached("/favicon.svg"), await cached("/assets/x")]).toEqual(
    Array.from({ length: 4 }, () => "no-cache"),
  );
});

async function startSite() {
  const folder = mkdtempSync(join(tmpdir(), "site-"));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), page);
  writeFileSync(join(folder, "favicon.svg"), "<svg/>");
  writeFileSync(join(folder, "assets/app.js"), script);
  const encoded: Record<string, Buffer> = { br: brotliCompressSync(script), gzip: gzipSync(script) };
  writeFileSync(join(folder, "assets/app.js.br"), encoded["br"] ?? "");
  writeFileSync(join(folder, "assets/app.js.gz"), encoded["gzip"] ?? "");

  const started = await startTestRouter(sqlite, { webFolder: folder });
  const { port } = new URL(started.app.url);
  return {
    /** What the answer should be, by its encoding. */
    bytes: (headers: Headers) => encoded[headers["content-encoding"] ?? ""] ?? Buffer.from(script),
    /** fetch would decode, and add headers of its own. */
    send: (
      path: string,
      { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {},
    ) =>
      new Promise<{ status: number | undefined; headers: Headers; body: Buffer }>((resolve, reject) => {
        const outgoing = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (answer) => {
          const parts: Buffer[] = [];
          answer.on("data", (part: Buffer) => parts.push(part));
          answer.on("end", () =>
            resolve({
              status: answer.statusCode,
              headers: answer.headers as Headers,
              body: Buffer.concat(parts),
            }),
          );
        });
        outgoing.on("error", reject).end();
      }),
    async [Symbol.asyncDispose]() {
      await started[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

type Headers = Readonly<Record<string, string | undefined>>;
