import { z } from "zod";

import { isHostServed } from "@countersign/contract";
import { parseDatabaseUrl } from "@countersign/db";

import { parseAllowedOrigin } from "./allowed-origin.ts";
import { parseTrustedRanges } from "./trusted-range.ts";

/** Where a server is, what it works with and whom it believes. */
export const siteVariables = {
  NODE_ENV: z
    .enum(["development", "production", "test"], 'Write "production", "development" or "test".')
    .default("development")
    .meta({
      description: "What the server is run for. A built server takes `production` when nothing is said.",
    }),
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/, "Write a host name or an address, without brackets.")
    // Not a name: where "localhost" is ::1 as well, only that would be opened, and proxies look for 127.0.0.1.
    .default("127.0.0.1")
    .meta({ description: "The name or address that the port is opened on.", choices: "`0.0.0.0` for all" }),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, "Write a port from 0 to 65535.")
    .transform(Number)
    .pipe(z.int().min(0).max(65_535, "Write a port from 0 to 65535."))
    .default(3000)
    .meta({ description: "The port of the pages, HTTP and the WebSocket." }),
  PUBLIC_URL: z
    .string()
    .refine(isSiteUrl, "Write scheme, host and port only, as in https://app.example.com.")
    .refine(
      (text) => !URL.canParse(text) || isHostServed(new URL(text).hostname),
      "Write a host of letters, digits, hyphens and dots, without one at its end: no other is served.",
    )
    .optional()
    .meta({
      description: "Where browsers reach the app. Cookies, allowed origins and links in mails follow from it.",
      default: "http://localhost:5173 in development, http://localhost:PORT in production",
      choices: "`https://…`",
    }),
  ALLOWED_ORIGINS: z
    .string()
    .transform(splitList)
    .pipe(z.array(z.string()).min(1, "Name at least one origin, or leave the variable out."))
    .superRefine((entries, context) => {
      for (const entry of entries) {
        if (parseAllowedOrigin(entry) !== null) continue;
        context.addIssue({
          code: "custom",
          message:
            "Write scheme, host and port only, separated by commas, as in https://app.example.com; https://*.example.com is all its sub-domains.",
        });
        return;
      }
    })
    .optional()
    .meta({
      description: "Origins whose pages may connect, instead of only that of PUBLIC_URL.",
      default: "that of PUBLIC_URL",
      choices: "origins, separated by commas",
    }),
  TRUST_PROXY: z
    .string()
    .refine(
      (text) => parseTrustedRanges(text) !== null,
      'Write addresses, ranges or "loopback", separated by commas, as in 10.0.0.5,10.1.0.0/16.',
    )
    .default("")
    .meta({
      description: "Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.",
      default: "none",
      choices: "addresses, ranges, `loopback`",
    }),
  DATABASE_URL: z
    .string()
    .superRefine((text, context) => {
      const fault = findDatabaseFault(text);
      if (fault !== null) context.addIssue({ code: "custom", message: fault });
    })
    .default("sqlite:./data/countersign.db")
    .meta({
      description: "The database, with all accounts and sessions.",
      choices: "`sqlite:./path.db` or `postgres://user:password@host/database`",
    }),
  UPLOAD_FOLDER: z.string().optional().meta({
    description: "Where files are kept. Servers on one database share it.",
    default: "`files` beside the SQLite database, else `./data/files`",
  }),
  LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error", "silent"], "Write debug, info, warn, error or silent.")
    .optional()
    .meta({ description: "The least that is logged.", default: "info in production, else warn" }),
  AUDIT_IGNORE: z
    .string()
    .transform(splitList)
    .pipe(
      z
        .array(z.string().regex(/^[a-z][a-z-]{1,63}$/, "Write ids of findings, separated by commas."))
        .max(100, "Write at most 100 ids of findings."),
    )
    .default([])
    .meta({
      description: "Findings of the audit that are accepted on purpose. The gravest cannot be.",
      default: "none",
      choices: "ids, separated by commas",
    }),
};

function isSiteUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && (text === url.origin || text === `${url.origin}/`);
}

function findDatabaseFault(text: string): string | null {
  try {
    parseDatabaseUrl(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function splitList(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}
