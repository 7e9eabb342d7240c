import { once } from "node:events";
import { createServer } from "node:http";

import { chromium, type Page } from "@playwright/test";

import { findBrowser } from "./find-browser.ts";
import { type Problems, watchProblems } from "./problems.ts";

/** Shows `body` in a real browser, served with a strict content security policy. For this package's own tests. */
export async function openPage(body: string): Promise<AsyncDisposable & { page: Page; problems: Problems }> {
  await using resources = new AsyncDisposableStack();

  const server = createServer((request, response) => {
    response.writeHead(request.url === "/" ? 200 : 404, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'self'; img-src 'self' data:; script-src 'self' 'nonce-a'",
    });
    response.end(`<!doctype html><html lang="en"><title>A page</title><link rel="icon" href="data:,">${body}</html>`);
  }).listen(0, "localhost");
  resources.defer(() => void server.close());
  await once(server, "listening");

  const { executablePath, env } = await findBrowser();
  const browser = await chromium.launch({ executablePath, args: ["--disable-gpu"], env: { ...process.env, ...env } });
  resources.defer(() => browser.close());

  const context = await browser.newContext();
  const problems = watchProblems(context);
  const page = await context.newPage();
  const address = server.address();
  await page.goto(`http://localhost:${typeof address === "object" ? address?.port : address}/`);

  const held = resources.move();
  return { page, problems, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
