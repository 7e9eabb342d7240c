import { defineCommand } from "../command.ts";
import { readNewPassword } from "../read-password.ts";
import { andSessions } from "../report/count-of.ts";

import { getAccount } from "./get-account.ts";
import { invalid, requireChange } from "./require-change.ts";

export const userSetPassword = defineCommand({
  name: "user set-password",
  summary: "Gives the user a new password, which ends the user's sessions and mailed links.",
  details: "The password is asked for, or is the one line of standard input.",
  operands: { usage: "<user>", least: 1, most: 1 },
  options: {},
  async run({ terminal, open }, { operands: [name = ""] }) {
    const operator = await open();
    const { id, username } = await getAccount(operator, name);
    const set = await operator.setPassword(id, await readNewPassword(terminal));
    if (set.status === "invalid") throw invalid(set.fields);
    const endedSessions = requireChange(username, set)?.endedSessions ?? 0;
    return {
      text: `${username} has a new password${andSessions(endedSessions)}.`,
      json: { id, username, endedSessions },
    };
  },
});
