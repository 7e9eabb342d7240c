import { defineCommand } from "../command.ts";
import { andSessions } from "../report/count-of.ts";

import { getAccount } from "./get-account.ts";
import { requireChange } from "./require-change.ts";

export const userDeactivate = defineCommand({
  name: "user deactivate",
  summary: "Switches the account off: its sessions end, and nobody signs in to it.",
  details: `Open windows of the user are signed out at once. What the user has made stays.
The last active superuser is not switched off.`,
  operands: { usage: "<user>", least: 1, most: 1 },
  options: {},
  async run({ open }, { operands: [name = ""] }) {
    const operator = await open();
    const { id, username } = await getAccount(operator, name);
    const change = requireChange(username, await operator.setActive(id, false));
    return {
      text: change
        ? `${username} is switched off${andSessions(change.endedSessions)}.`
        : `${username} is switched off already.`,
      json: { id, username, isChanged: change !== null, endedSessions: change?.endedSessions ?? 0 },
    };
  },
});

export const userActivate = defineCommand({
  name: "user activate",
  summary: "Switches the account on again. The sessions it had do not come back.",
  operands: { usage: "<user>", least: 1, most: 1 },
  options: {},
  async run({ open }, { operands: [name = ""] }) {
    const operator = await open();
    const { id, username } = await getAccount(operator, name);
    const change = requireChange(username, await operator.setActive(id, true));
    return {
      text: change ? `${username} is switched on.` : `${username} is switched on already.`,
      json: { id, username, isChanged: change !== null },
    };
  },
});
