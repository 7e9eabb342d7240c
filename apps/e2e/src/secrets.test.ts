import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:http";

import { expect } from "@playwright/test";
import { WebSocket } from "ws";

import { test } from "@app/browser";
import type { AppServer } from "@app/services";
import { type Mailbox, openMailbox } from "@app/services/mailbox";

import { linkIn, mailTo } from "./mail-actions.ts";

const email = "ann@example.test";
const passwords = {
  first: "the first secret of ann",
  wrong: "a wrong secret of somebody",
  second: "the second secret of ann",
  third: "the third secret of ann",
  inQuery: "a-secret-in-a-query",
  inBrokenBody: "a secret in a broken body",
  fromElsewhere: "a secret from another site",
  inFrame: "a secret in a frame",
};

test("HDR-14: after a session with everything in it the log and the database hold no password, token, cookie or link", async ({
  newServer,
}) => {
  await using mailbox = await openMailbox();
  const env = { SMTP_URL: mailbox.url, EMAIL_VERIFICATION: "required", LOG_LEVEL: "debug" };
  const server = await newServer(env);
  const secrets = new Set<string>(Object.values(passwords));

  await liveThroughEverything(server, mailbox, secrets);

  expect(secrets.size).toBeGreaterThan(Object.keys(passwords).length + 5);
  // Negative control: what may be in the log is there.
  expect(server.output).toContain("https://evil.example");
  const file = (server.env["DATABASE_URL"] ?? "").slice("sqlite:".length);
  const places = { log: server.output, database: readFileSync(file, "latin1") + readFileSync(`${file}-wal`, "latin1") };
  expect(places.database).toContain(email);
  for (const [place, content] of Object.entries(places)) {
    for (const secret of secrets) {
      for (const spelling of [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")]) {
        expect(content.includes(spelling), `"${secret}" is in the ${place}`).toBe(false);
      }
    }
  }
});

/** Registers, signs in, fails, asks for links and uses them, and misbehaves. Adds every secret it sees. */
async function liveThroughEverything(server: AppServer, mailbox: Mailbox, secrets: Set<string>): Promise<void> {
  let cookie = "";
  async function call(path: string, input: unknown): Promise<number> {
    const answer = await fetch(`${server.url}/trpc/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: server.url, cookie },
      body: JSON.stringify(input),
    });
    const [set] = answer.headers.getSetCookie();
    if (set !== undefined) cookie = set.split(";", 1)[0] ?? "";
    const token = cookie.split("=", 2)[1] ?? "";
    if (token !== "") secrets.add(token);
    return answer.status;
  }
  async function tokenMailed(subject: RegExp): Promise<string> {
    const link = new URL(linkIn(await mailTo(mailbox, email, subject)));
    const token = link.hash.replace(/^#(?:\w+=)?/, "");
    expect(token.length).toBeGreaterThan(30);
    secrets.add(token);
    return token;
  }

  expect(await call("auth.register", { username: "ann", email, password: passwords.first })).toBe(200);
  expect(await call("auth.verifyEmail", { token: await tokenMailed(/^Confirm your address/) })).toBe(200);
  expect(await call("auth.login", { login: "ann", password: passwords.wrong })).toBe(401);
  expect(await call("auth.login", { login: "ann", password: passwords.first, remember: true })).toBe(200);
  expect(await call("auth.stepUp", { password: passwords.wrong })).toBeGreaterThanOrEqual(400);
  expect(await call("auth.stepUp", { password: passwords.first })).toBe(200);
  expect(await call("account.changePassword", { current: passwords.first, password: passwords.second })).toBe(200);
  expect(await call("account.requestEmailChange", { email: "new@example.test" })).toBe(200);
  await sendFrames(server, cookie);
  expect(await call("auth.requestPasswordReset", { email })).toBe(200);
  const token = await tokenMailed(/^A new password/);
  expect(await call("auth.resetPassword", { token, password: "short" })).toBe(400);
  expect(await call("auth.resetPassword", { token, password: passwords.third })).toBe(200);
  expect(await call("auth.resetPassword", { token, password: passwords.third })).toBeGreaterThanOrEqual(400);
  expect(await call("auth.login", { login: "ann", password: passwords.third })).toBe(200);

  const query = `input=${encodeURIComponent(JSON.stringify({ login: "ann", password: passwords.inQuery }))}`;
  expect(await send(server, `/trpc/auth.login?${query}&password=${passwords.inQuery}`, {}, "")).toBe(405);
  expect(await send(server, `/trpc/auth.login`, { cookie }, `{"password":"${passwords.inBrokenBody}"`)).toBe(400);
  const elsewhere = { origin: "https://evil.example", cookie };
  expect(await send(server, "/trpc/auth.login", elsewhere, JSON.stringify({ password: passwords.fromElsewhere }))).toBe(
    403,
  );
}

/** Sends what it is told, with whatever headers. */
async function send(server: AppServer, path: string, headers: Record<string, string>, body: string): Promise<number> {
  const method = body === "" ? "GET" : "POST";
  const all = { origin: server.url, "content-type": "application/json", ...headers };
  const outgoing = request(`${server.url}${path}`, { method, headers: all });
  outgoing.end(body);
  // The cast: what the event is told with.
  const [response] = (await once(outgoing, "response")) as [{ statusCode?: number; resume(): void }];
  response.resume();
  return response.statusCode ?? 0;
}

/** Says things over a socket that are no calls, or calls that fail; and is refused one from another site. */
async function sendFrames(server: AppServer, cookie: string): Promise<void> {
  const url = `${server.url.replace("http", "ws")}/trpc`;
  const refused = new WebSocket(url, { headers: { origin: "https://evil.example", cookie } });
  await once(refused, "error");

  const socket = new WebSocket(url, { headers: { origin: server.url, cookie } });
  await once(socket, "open");
  const frames = [
    passwords.inFrame,
    JSON.stringify({
      id: 1,
      method: "mutation",
      params: { path: "auth.login", input: { password: passwords.inFrame } },
    }),
    JSON.stringify({ id: 2, method: "mutation", params: { path: passwords.inFrame, input: passwords.inFrame } }),
    JSON.stringify({ id: 3, method: "mutation", params: { path: "note.create", input: { [passwords.inFrame]: 1 } } }),
  ];
  for (const frame of frames) {
    socket.send(frame);
    await once(socket, "message");
  }
  socket.close();
  await once(socket, "close");
}
