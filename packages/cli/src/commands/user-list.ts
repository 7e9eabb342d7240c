import { defineCommand } from "../command.ts";
import { formatInstant, formatTable } from "../report/table.ts";

import { describeRank, toJson } from "./account-report.ts";
import { describePage, limitOption, readLimit } from "./page.ts";

export const userList = defineCommand({
  name: "user list",
  summary: "Lists accounts, by username.",
  options: {
    search: { value: "part", help: "Only those with this in their username or address." },
    superusers: { help: "Only superusers." },
    inactive: { help: "Only accounts that are switched off." },
    limit: limitOption,
  },
  async run({ open }, { options }) {
    const limit = readLimit(options.limit);
    const operator = await open();
    const { items, total } = await operator.listUsers({
      search: options.search ?? undefined,
      isSuperuser: options.superusers ? true : undefined,
      isActive: options.inactive ? false : undefined,
      limit,
    });
    const rows = items.map((account) => [
      account.username,
      account.email ?? "",
      describeRank(account),
      account.isActive ? "active" : "off",
      formatInstant(account.lastLoginAt),
      account.id,
    ]);
    const table = formatTable(["USERNAME", "EMAIL", "RANK", "STATE", "LAST SIGN-IN", "ID"], rows);
    return {
      text: describePage({ table, shown: items.length, total, what: "account", narrower: "--search" }),
      json: { users: items.map(toJson), total },
    };
  },
});
