import { defineCommand } from "../command.ts";
import { countOf } from "../report/count-of.ts";

export const sessionsPrune = defineCommand({
  name: "sessions prune",
  summary: "Removes what is left of sessions that are over.",
  details: "A running server does this by itself. Running sessions are not touched.",
  options: {},
  async run({ open }) {
    const operator = await open();
    const removed = await operator.pruneSessions();
    return { text: `${countOf(removed, "session")} removed.`, json: { removed } };
  },
});
