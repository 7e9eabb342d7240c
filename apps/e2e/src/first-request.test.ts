import { once } from "node:events";
import { request } from "node:http";

import { expect } from "@playwright/test";

import { test } from "@app/browser";
import type { AppServer } from "@app/services";
import { openMailbox } from "@app/services/mailbox";

import { linkIn, mailTo } from "./mail-actions.ts";

test("HDR-17, RST-08: a first request with somebody else's Host changes no link, cookie or address for those who follow", async ({
  newServer,
}) => {
  await using mailbox = await openMailbox();
  const server = await newServer({ SMTP_URL: mailbox.url, EMAIL_VERIFICATION: "optional" });
  const forwarded = { "x-forwarded-host": "evil.example", forwarded: "host=evil.example" };
  const evil = { host: "evil.example", ...forwarded };
  const account = { username: "ann", email: "ann@example.test", password: "correct horse of ann" };
  for (const path of ["/", "//evil.example/login", "/trpc/session.me", "/healthz"])
    await send(server, path, evil, null);
  const refused = await send(server, "/trpc/auth.register", evil, account);
  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect(refused.headers["set-cookie"]).toBeUndefined();

  const registered = await send(server, "/trpc/auth.register", forwarded, account);
  expect(registered.status).toBe(200);
  expect(registered.headers["set-cookie"]?.[0]).not.toMatch(/domain/i);
  await send(server, "/trpc/auth.requestPasswordReset", forwarded, { email: account.email });

  for (const subject of [/^Confirm your address/, /^A new password/]) {
    const mail = await mailTo(mailbox, account.email, subject);
    expect(new URL(linkIn(mail)).origin).toBe(server.url);
    expect(mail.raw).not.toContain("evil.example");
  }
  const page = await send(server, "/login", { accept: "text/html" }, null);
  expect(page.status).toBe(200);
  expect(JSON.stringify(page)).not.toContain("evil.example");
});

/** fetch would set the Host by itself. */
async function send(server: AppServer, path: string, headers: Record<string, string>, input: unknown) {
  const { port } = new URL(server.url);
  const common = { origin: server.url, "content-type": "application/json", ...headers };
  const method = input === null ? "GET" : "POST";
  const outgoing = request({ host: "localhost", port, path, method, headers: common });
  outgoing.end(input === null ? undefined : JSON.stringify(input));
  // The cast: what the event is told with.
  const [response] = (await once(outgoing, "response")) as [import("node:http").IncomingMessage];
  let body = "";
  for await (const part of response) body += String(part);
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}
