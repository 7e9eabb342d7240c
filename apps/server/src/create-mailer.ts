import type { Logger } from "pino";

import { createConsoleMailer, createSmtpMailer, type Mailer } from "@countersign/auth";
import type { MailDelivery } from "@countersign/ops";

/** The mailer the environment asks for. */
export function createMailer(delivery: MailDelivery, log: Logger): Mailer {
  if (delivery.kind === "smtp") return createSmtpMailer(delivery);
  if (delivery.kind === "console") return createConsoleMailer((text) => process.stdout.write(text));
  return {
    async send({ subject }) {
      // Neither the address nor the link: this line stays in the log.
      log.warn({ subject }, "A mail was left out: SMTP_URL is not set");
    },
  };
}
