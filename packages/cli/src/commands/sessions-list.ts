import type { OwnedSession } from "@countersign/auth";

import { defineCommand } from "../command.ts";
import { formatInstant, formatTable } from "../report/table.ts";

import { getAccount } from "./get-account.ts";
import { describePage, limitOption, readLimit } from "./page.ts";

export const sessionsList = defineCommand({
  name: "sessions list",
  summary: "Lists running sessions, the most recently used first.",
  details: "The id of a session opens nothing: it is for countersign sessions revoke.",
  options: {
    user: { value: "user", help: "Only this user's." },
    limit: limitOption,
  },
  async run({ open }, { options }) {
    const limit = readLimit(options.limit);
    const operator = await open();
    const userId = options.user === null ? undefined : (await getAccount(operator, options.user)).id;
    const { items, total } = await operator.listSessions({ userId, limit });
    const rows = items.map((session) => [
      session.id,
      session.username,
      formatInstant(session.createdAt),
      formatInstant(session.lastUsedAt),
      session.ip ?? "",
      session.userAgent ?? "",
    ]);
    const table = formatTable(["ID", "USERNAME", "SIGNED IN", "LAST USED", "ADDRESS", "BROWSER"], rows);
    return {
      text: describePage({ table, shown: items.length, total, what: "session", narrower: "--user" }),
      json: { sessions: items.map(toJson), total },
    };
  },
});

/** Field by field: what is added to sessions later does not get out by itself. */
function toJson(session: OwnedSession) {
  return {
    id: session.id,
    userId: session.userId,
    username: session.username,
    createdAt: session.createdAt,
    lastUsedAt: session.lastUsedAt,
    authenticatedAt: session.authenticatedAt,
    expiresAt: session.expiresAt,
    absoluteExpiresAt: session.absoluteExpiresAt,
    isRemembered: session.remember,
    ip: session.ip,
    userAgent: session.userAgent,
  };
}
