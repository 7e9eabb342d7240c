import { createServer } from "node:net";

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

function open(url: string) {
  return createDisposable(serverAt(url));
}

function serverAt(url: string) {
  const server = parseSmtpUrl(url);
  if ("fault" in server) throw new Error(server.fault);
  return server;
}

function createDisposable(server: Parameters<typeof createSmtpMailer>[0]["server"]) {
  const mailer = createSmtpMailer({ server, from: "Example <hello@example.com>" });
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
