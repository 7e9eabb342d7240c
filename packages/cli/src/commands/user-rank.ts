import { defineCommand } from "../command.ts";

import { getAccount } from "./get-account.ts";
import { requireChange } from "./require-change.ts";

export const userPromote = defineCommand({
  name: "user promote",
  summary: "Makes the user a superuser, who may do everything.",
  details: "Open windows of the user show it at once.",
  operands: { usage: "<user>", least: 1, most: 1 },
  options: { staff: { help: "Makes the user staff instead, which grants nothing by itself." } },
  async run({ open }, { operands: [name = ""], options }) {
    const operator = await open();
    const { id, username } = await getAccount(operator, name);
    const rank = options.staff ? { isStaff: true } : { isSuperuser: true };
    const change = requireChange(username, await operator.setRank(id, rank));
    const word = options.staff ? "staff" : "a superuser";
    return {
      text: change ? `${username} is ${word} now.` : `${username} is ${word} already.`,
      json: { id, username, isChanged: change !== null },
    };
  },
});

export const userDemote = defineCommand({
  name: "user demote",
  summary: "Makes the user neither superuser nor staff.",
  details: `Permissions and groups stay as they are. The last active superuser is not
demoted.`,
  operands: { usage: "<user>", least: 1, most: 1 },
  options: {},
  async run({ open }, { operands: [name = ""] }) {
    const operator = await open();
    const { id, username } = await getAccount(operator, name);
    const change = requireChange(username, await operator.setRank(id, { isSuperuser: false, isStaff: false }));
    return {
      text: change
        ? `${username} is neither superuser nor staff any more.`
        : `${username} is neither superuser nor staff.`,
      json: { id, username, isChanged: change !== null },
    };
  },
});
