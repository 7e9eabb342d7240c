import type { Operator } from "@countersign/auth";

import { createAsker } from "../ask.ts";
import { type Answer, defineCommand } from "../command.ts";
import { Failure } from "../failure.ts";
import { countOf } from "../report/count-of.ts";
import { toPlainText } from "../report/plain-text.ts";
import type { Terminal } from "../terminal.ts";

import { getAccount } from "./get-account.ts";

export const sessionsRevoke = defineCommand({
  name: "sessions revoke",
  summary: "Ends sessions: single ones, those of a user or of a provider, or all there are.",
  details: `Open windows are signed out at once. Whoever knows the password can sign in again:
to keep somebody out, use countersign user deactivate. The provider is named as
in OIDC_PROVIDERS, also where it stands there no more.`,
  operands: { usage: "[session …]", least: 0, most: 100 },
  options: {
    user: { value: "user", help: "Ends all sessions of this user." },
    provider: { value: "name", help: "Ends all sessions that came from this identity provider." },
    all: { help: "Ends every session there is." },
    yes: { help: "Does not ask whether --all is meant." },
  },
  async run({ terminal, open }, { operands: sessionIds, options }) {
    const ways = [sessionIds.length > 0, options.user !== null, options.provider !== null, options.all].filter(Boolean);
    if (ways.length !== 1) {
      throw new Failure(
        "usage",
        "Say which: the ids of sessions, or --user <user>, or --provider <name>, or --all. One of them.",
      );
    }
    if (options.all && !options.yes) await confirmAll(terminal);

    const operator = await open();
    if (options.user !== null) return revokeOfUser(operator, options.user);
    if (options.provider !== null) return answer(await operator.endSessionsFrom(options.provider));
    return options.all ? answer(await operator.endAllSessions()) : revokeSingle(operator, sessionIds);
  },
});

async function confirmAll(terminal: Terminal): Promise<void> {
  if (!terminal.input.isTTY) throw new Failure("usage", "--all signs everybody out. Add --yes if that is meant.");
  using asker = createAsker(terminal);
  const word = await asker.ask("This signs everybody out. Write yes if that is meant: ");
  if (word.trim() !== "yes") throw new Failure("refused", "Not confirmed. Nothing was changed.");
}

async function revokeOfUser(operator: Operator, name: string): Promise<Answer> {
  const { id } = await getAccount(operator, name);
  return answer(await operator.endSessions(id));
}

/** All that are there end, also when others are not: whoever revokes wants as much of it as there is. */
async function revokeSingle(operator: Operator, sessionIds: readonly string[]): Promise<Answer> {
  const missing: string[] = [];
  for (const id of sessionIds) {
    if (!(await operator.endSession(id))) missing.push(id);
  }
  if (missing.length === 0) return answer(sessionIds.length);
  const ended = sessionIds.length - missing.length;
  const names = missing.map((id) => `"${toPlainText(id)}"`).join(", ");
  throw new Failure(
    "notFound",
    `There is no session ${names}${ended === 0 ? "" : `; ${countOf(ended, "other")} ended`}. See countersign sessions list.`,
  );
}

function answer(endedSessions: number): Answer {
  return { text: `${countOf(endedSessions, "session")} ended.`, json: { endedSessions } };
}
