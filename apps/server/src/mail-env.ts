import { z } from "zod";

import { parseSmtpUrl, type SmtpServer } from "@countersign/auth";

/** How mails leave this server. */
export type MailDelivery =
  | { readonly kind: "smtp"; readonly server: SmtpServer; readonly from: string }
  /** Printed, with the links that open accounts. */
  | { readonly kind: "console" }
  | { readonly kind: "off" };

/** The variables that say so. */
export const mailVariables = {
  SMTP_URL: z
    .string()
    .transform((text, context) => {
      const server = parseSmtpUrl(text);
      if (!("fault" in server)) return server;
      context.addIssue({ code: "custom", message: server.fault });
      return z.NEVER;
    })
    .optional(),
  MAIL_FROM: z
    .string()
    .regex(
      /^(?:[^<>@\p{C}]*<[^\s<>@,]+@[^\s<>@,]+>|[^\s<>@,]+@[^\s<>@,]+)$/u,
      "Write an address, as in Example <hello@example.com>.",
    )
    .optional(),
  MAIL: z.enum(["smtp", "console", "off"], 'Write "smtp", "console" or "off".').optional(),
};

interface MailVariables {
  readonly SMTP_URL?: SmtpServer | undefined;
  readonly MAIL_FROM?: string | undefined;
  readonly MAIL?: MailDelivery["kind"] | undefined;
}

/**
 * Chooses how mails leave. In development without a server they are printed. In production they are not, unless it is said:
 * whoever reads the log could use the links.
 *
 * @throws when what is wanted cannot be.
 */
export function chooseMail(
  { SMTP_URL, MAIL_FROM, MAIL }: MailVariables,
  site: { readonly isProduction: boolean; readonly publicUrl: string; readonly isMailNeeded: boolean },
): { readonly mail: MailDelivery; readonly warnings: readonly string[] } {
  const kind = MAIL ?? (SMTP_URL ? "smtp" : site.isProduction ? "off" : "console");
  if (kind === "off" && site.isMailNeeded) {
    throw new Error("SMTP_URL: EMAIL_VERIFICATION=required sends mails. Set it, or MAIL=console to print them.");
  }
  if (kind === "smtp") {
    if (!SMTP_URL) throw new Error("SMTP_URL: MAIL=smtp needs it, as in smtps://user:password@mail.example.com.");
    const from = MAIL_FROM ?? `no-reply@${new URL(site.publicUrl).hostname}`;
    return { mail: { kind, server: SMTP_URL, from }, warnings: [] };
  }
  return { mail: { kind }, warnings: site.isProduction ? warn(kind, MAIL) : [] };
}

function warn(kind: "console" | "off", asked: MailDelivery["kind"] | undefined): string[] {
  if (kind === "console") return ["MAIL=console prints mails with their links: whoever reads the log can use them."];
  if (asked === "off") return [];
  return [
    "SMTP_URL is not set, so no mail is sent: nobody can replace a forgotten password. Set it, or MAIL=off if that is meant.",
  ];
}
