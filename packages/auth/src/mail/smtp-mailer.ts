import { createTransport } from "nodemailer";

import { type Mailer, MailRefused } from "./mailer.ts";
import type { SmtpServer } from "./smtp-url.ts";

/** How long the mail server may take. */
interface Patience {
  /** To say anything, each time, from the name's look-up on. */
  readonly silentMs: number;
  /** For a mail in all, its wait for a connection included: a server that says a little now and then is never silent. */
  readonly wholeMs: number;
}

const patience: Patience = { silentMs: 10_000, wholeMs: 30_000 };
/** Connections that are kept for the next mail. */
const mostConnections = 2;
/** Nothing that a mail server has to say is longer. */
const longestAnswerBytes = 64 * 1024;

/**
 * Sends through an SMTP server, with timeouts and a small pool of connections.
 *
 * `from` is an address, or `Name <address>`. It comes from the operator, never from a request.
 */
export function createSmtpMailer(
  options: { readonly server: SmtpServer; readonly from: string },
  { silentMs, wholeMs } = patience,
): Mailer {
  let transport = openTransport(options.server, silentMs);

  /** Gives up what takes too long, with its connection: those that are kept would all hang in the end. */
  async function withinWhole(sending: Promise<unknown>): Promise<void> {
    const used = transport;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      if (transport === used) transport = openTransport(options.server, silentMs);
      used.close({ force: true });
      reject(new Error(`The mail server did not take the mail within ${wholeMs} ms.`));
    }, wholeMs).unref();
    try {
      await Promise.race([sending, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async send({ to, subject, text, html }) {
      requireOneAddress(to);
      try {
        const sending = transport.sendMail({
          from: options.from,
          // As an object it is one address, whatever is in it; the envelope does not depend on the header's text.
          to: { name: "", address: to },
          subject: subject.replaceAll(/\p{C}+/gu, " "),
          text,
          html,
          xMailer: false,
          // RFC 3834 §5: nobody's absence is answered to this.
          headers: { "auto-submitted": "auto-generated" },
        });
        await withinWhole(sending);
      } catch (error) {
        if (isFinal(error)) throw new MailRefused("The mail server refused the mail for good.", { cause: error });
        throw error;
      }
    },
    async close() {
      // Whoever closes has waited for what was to be sent.
      transport.close({ force: true });
    },
  };
}

function openTransport({ host, port, isSecure, isTlsRequired, user, password }: SmtpServer, silentMs: number) {
  return createTransport({
    pool: true,
    maxConnections: mostConnections,
    host,
    port,
    secure: isSecure,
    requireTLS: isTlsRequired,
    connectionTimeout: silentMs,
    greetingTimeout: silentMs,
    socketTimeout: silentMs,
    dnsTimeout: silentMs,
    maxResponseSize: longestAnswerBytes,
    // A mail can name neither files nor addresses to be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(user === null || password === null ? {} : { auth: { user, pass: password } }),
  });
}

/** The last guard before the wire: a line break would begin another header, a comma another recipient. */
function requireOneAddress(to: string): void {
  if (/[\s\p{C},;:<>()"\\[\]]/u.test(to) || to.split("@").length !== 2) {
    throw new MailRefused("The address of the mail is not one plain address.");
  }
}

/** RFC 5321 §4.2.1: 5yz is a permanent answer. Those to the greeting or the login (535) are the operator's to mend, so they are tried again. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof Error) || !("responseCode" in error) || !("command" in error)) return false;
  const isAboutTheMail = /^(?:MAIL FROM|RCPT TO|DATA)/.test(String(error.command));
  return isAboutTheMail && Number(error.responseCode) >= 500;
}
