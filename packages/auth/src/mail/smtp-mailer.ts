import { createTransport } from "nodemailer";

import { type Mailer, MailRefused } from "./mailer.ts";
import type { SmtpServer } from "./smtp-url.ts";

const timeoutMs = 10_000;
/** Connections that are kept for the next mail. */
const mostConnections = 2;

/**
 * Sends through an SMTP server, with timeouts and a small pool of connections.
 *
 * `from` is an address, or `Name <address>`. It comes from the operator, never from a request.
 */
export function createSmtpMailer(options: { readonly server: SmtpServer; readonly from: string }): Mailer {
  const { host, port, isSecure, isTlsRequired, user, password } = options.server;
  const transport = createTransport({
    pool: true,
    maxConnections: mostConnections,
    host,
    port,
    secure: isSecure,
    requireTLS: isTlsRequired,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    // A mail can name neither files nor addresses to be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(user === null || password === null ? {} : { auth: { user, pass: password } }),
  });

  return {
    async send({ to, subject, text, html }) {
      requireOneAddress(to);
      try {
        await transport.sendMail({
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
      } catch (error) {
        if (isFinal(error)) throw new MailRefused("The mail server refused the mail for good.", { cause: error });
        throw error;
      }
    },
    async close() {
      transport.close();
    },
  };
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
