import { z } from "zod";

import { parseSmtpUrl, type SmtpServer } from "@countersign/auth";

import type { EnvironmentFault } from "./environment-fault.ts";

/** How mails leave this server. */
export type MailDelivery =
  | { readonly kind: "smtp"; readonly server: SmtpServer; readonly from: string }
  /** Printed, with the links that open accounts. */
  | { readonly kind: "console" }
  | { readonly kind: "off" };

/** The variables that say so. */
export const mailVariables = {
  MAIL: z.enum(["smtp", "console", "off"], 'Write "smtp", "console" or "off".').optional().meta({
    description: "How mails leave. `console` prints them, with the links that open accounts.",
    default: "smtp with SMTP_URL, else console in development and off in production",
  }),
  SMTP_URL: z
    .string()
    .transform((text, context) => {
      const server = parseSmtpUrl(text);
      if (!("fault" in server)) return server;
      context.addIssue({ code: "custom", message: server.fault });
      return z.NEVER;
    })
    .optional()
    .meta({
      description:
        "The server that takes mails. Over `smtp` it must offer STARTTLS, unless the URL ends in `?tls=optional`.",
      choices: "`smtps://user:password@host` or `smtp://…`",
    }),
  MAIL_FROM: z
    .string()
    .regex(
      /^(?:[^<>@\p{C}]*<[^\s<>@,]+@[^\s<>@,]+>|[^\s<>@,]+@[^\s<>@,]+)$/u,
      "Write an address, as in Example <hello@example.com>.",
    )
    .optional()
    .meta({
      description: "Whom mails come from.",
      default: "no-reply at the host of PUBLIC_URL",
      choices: "`Name <address>`",
    }),
};

interface MailVariables {
  readonly SMTP_URL?: SmtpServer | undefined;
  readonly MAIL_FROM?: string | undefined;
  readonly MAIL?: MailDelivery["kind"] | undefined;
}

/**
 * Chooses how mails leave. In development without a server they are printed. In production they are not, unless it is said:
 * whoever reads the log could use the links.
 */
export function chooseMail(
  { SMTP_URL, MAIL_FROM, MAIL }: MailVariables,
  site: { readonly isProduction: boolean; readonly publicUrl: string; readonly isMailNeeded: boolean },
): MailDelivery | EnvironmentFault {
  const kind = MAIL ?? (SMTP_URL ? "smtp" : site.isProduction ? "off" : "console");
  if (kind === "off" && site.isMailNeeded) {
    return fault("EMAIL_VERIFICATION=required sends mails. Set it, or MAIL=console to print them.");
  }
  if (kind !== "smtp") return { kind };
  if (!SMTP_URL) return fault("MAIL=smtp needs it, as in smtps://user:password@mail.example.com.");
  return { kind, server: SMTP_URL, from: MAIL_FROM ?? `no-reply@${new URL(site.publicUrl).hostname}` };
}

function fault(message: string): EnvironmentFault {
  return { variable: "SMTP_URL", message };
}
