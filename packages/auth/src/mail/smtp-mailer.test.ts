import { connect, createServer, type Socket } from "node:net";

import { expect, test } from "vitest";

import { openMailbox } from "@app/services/mailbox";

import { type Mail, MailRefused } from "./mailer.ts";
import { createSmtpMailer } from "./smtp-mailer.ts";
import { parseSmtpUrl } from "./smtp-url.ts";

const mail: Mail = { to: "ann@example.com", subject: "Grüße ✓", text: "Häuser", html: "<p>Häuser</p>" };

test("a mail arrives as it was written, to its one recipient, marked as sent by a machine", async () => {
  await using mailbox = await openMailbox();
  await using mailer = open(mailbox.url);

  await mailer.send(mail);

  const [received] = await mailbox.mails();
  expect(received).toMatchObject({ to: ["ann@example.com"], subject: mail.subject });
  expect([received?.text.trim(), received?.html.trim()]).toEqual([mail.text, mail.html]);
  expect(received?.headers).toMatchObject({ "auto-submitted": "auto-generated", from: "Example <hello@example.com>" });
  expect(received?.headers).not.toHaveProperty("x-mailer");
});

test("EML-11: neither an address nor a subject can add a header or a recipient", async () => {
  await using mailbox = await openMailbox();
  await using mailer = open(mailbox.url);

  for (const to of [
    "ann@example.com\r\nBcc: bob@example.com",
    "ann@example.com, bob@example.com",
    "Ann <ann@example.com>",
    "ann@example.com\0",
    "ann",
    "",
  ]) {
    await expect(mailer.send({ ...mail, to }), to).rejects.toThrow(MailRefused);
  }
  await mailer.send({ ...mail, subject: "Hello\r\nBcc: bob@example.com\r\n\r\nbody" });

  const [received] = await mailbox.waitFor(1);
  expect(received?.to).toEqual(["ann@example.com"]);
  expect(received?.headers).not.toHaveProperty("bcc");
  expect(received?.subject).toBe("Hello Bcc: bob@example.com body");
  expect(await mailbox.mails()).toHaveLength(1);
});

test("a refusal for good is told apart from one that may pass", async () => {
  await using mailbox = await openMailbox();
  await using mailer = open(mailbox.url);

  mailbox.refuse(550);
  await expect(mailer.send(mail)).rejects.toThrow(MailRefused);
  mailbox.refuse(451);
  await expect(mailer.send(mail)).rejects.not.toThrow(MailRefused);
  mailbox.refuse(null);
  await mailer.send(mail);

  expect(await mailbox.mails()).toHaveLength(1);
});

test("a server that is away, or cannot encrypt where that is asked for, gets no mail", async () => {
  await using mailbox = await openMailbox();
  const port = new URL(mailbox.url).port;
  await using away = open(`smtp://127.0.0.1:${await freePort()}`);
  await using strict = createDisposable({ ...serverAt(`smtp://127.0.0.1:${port}`), isTlsRequired: true });

  await expect(away.send(mail)).rejects.not.toThrow(MailRefused);
  await expect(strict.send(mail)).rejects.not.toThrow(MailRefused);

  expect(await mailbox.mails()).toEqual([]);
});

const patience = { silentMs: 200, wholeMs: 600 };

test.each<{ readonly what: string; readonly serve: (socket: Socket) => void; readonly mostMs: number }>([
  { what: "says nothing", serve() {}, mostMs: 400 },
  {
    what: "says a little now and then, and never comes to an end",
    serve: (socket) => void setInterval(() => socket.write("2"), 50).unref(),
    mostMs: 900,
  },
  { what: "greets, and says nothing from then on", serve: (socket) => void socket.write("220 hello\r\n"), mostMs: 600 },
  { what: "sends 100 MB of greeting", serve: (socket) => flood(socket, "x"), mostMs: 1500 },
  { what: "sends 100 MB of greeting in lines", serve: (socket) => flood(socket, "220-hello\r\n"), mostMs: 1500 },
  { what: "hangs up", serve: (socket) => void socket.end(), mostMs: 400 },
])("REL-38: a mail server that $what is given up in time and remembered by nothing", async ({ serve, mostMs }) => {
  await using server = await startHostile(serve);
  await using mailer = createDisposable(serverAt(server.url), patience);
  const before = process.memoryUsage().rss;

  for (let mails = 0; mails < 3; mails += 1) {
    const from = performance.now();
    await expect(mailer.send(mail)).rejects.not.toThrow(MailRefused);
    expect(performance.now() - from).toBeLessThan(mostMs * slowMachine);
  }

  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  await expect.poll(() => server.open).toBe(0);
});

test("REL-38: after a server that hung, mails leave through connections of their own again", async () => {
  await using mailbox = await openMailbox();
  const port = Number(new URL(mailbox.url).port);
  let isHanging = true;
  await using server = await startHostile((socket) => {
    if (isHanging) return;
    const behind = connect({ port, host: "127.0.0.1" });
    socket.pipe(behind).pipe(socket);
    behind.on("error", () => socket.destroy());
    socket.on("close", () => behind.destroy());
  });
  await using mailer = createDisposable(serverAt(server.url), { silentMs: 5000, wholeMs: 300 });

  // More than there are connections to hang on.
  const lost = await Promise.allSettled(Array.from({ length: 5 }, () => mailer.send(mail)));
  expect(lost.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => "rejected"));
  isHanging = false;
  await mailer.send(mail);

  expect(await mailbox.waitFor(1)).toHaveLength(1);
});

/** Times are for telling whether there is an end, not how fast this machine is. */
const slowMachine = 5;

/** Writes 100 MB as fast as they are taken. */
function flood(socket: Socket, text: string): void {
  const chunk = text.repeat(Math.ceil(65_536 / text.length));
  let left = 1600;
  const more = () => {
    while (left > 0 && !socket.destroyed) {
      left -= 1;
      if (!socket.write(chunk)) return void socket.once("drain", more);
    }
  };
  more();
}

async function startHostile(serve: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.resume();
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    get open() {
      return sockets.size;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function open(url: string) {
  return createDisposable(serverAt(url));
}

function serverAt(url: string) {
  const server = parseSmtpUrl(url);
  if ("fault" in server) throw new Error(server.fault);
  return server;
}

function createDisposable(
  server: Parameters<typeof createSmtpMailer>[0]["server"],
  within?: Parameters<typeof createSmtpMailer>[1],
) {
  const mailer = createSmtpMailer({ server, from: "Example <hello@example.com>" }, within);
  return { ...mailer, [Symbol.asyncDispose]: async () => mailer.close?.() };
}

/** A port on which nobody listens. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
