import type { AccountSummary, Operator } from "@countersign/auth";

import { type Answer, defineCommand } from "../command.ts";
import { Failure } from "../failure.ts";
import { andSessions } from "../report/count-of.ts";
import { toPlainText } from "../report/plain-text.ts";
import { formatInstant, formatTable } from "../report/table.ts";

import { getAccount } from "./get-account.ts";

export const userIdentities = defineCommand({
  name: "user identities",
  summary: "Lists the identity providers a user signs in with, or takes one of them away.",
  details: `Whoever is at the provider what SUBJECT says is this user here. What is taken
away opens nothing any more: the sessions that began with it end at once, and
the groups that it gave go. Where nothing else lets the user in, give a password.
Run it with the server's environment: a provider that it does not name is marked
"not set up", and counts as no way in. The last superuser's last way in stays.`,
  operands: { usage: "<user>", least: 1, most: 1 },
  options: {
    remove: { value: "id", help: "Takes this one away." },
  },
  async run({ open }, { operands: [name = ""], options }) {
    const operator = await open();
    const account = await getAccount(operator, name);
    return options.remove === null ? list(operator, account) : remove(operator, account, options.remove);
  },
});

async function list(operator: Operator, { id, username }: AccountSummary): Promise<Answer> {
  const identities = await operator.listIdentities(id);
  const rows = identities.map((identity) => [
    identity.id,
    identity.isWayIn ? identity.provider : `${identity.provider} (not set up)`,
    identity.issuer,
    identity.subject,
    identity.email === null || identity.isEmailVerified ? (identity.email ?? "") : `${identity.email} (not verified)`,
    identity.createdAt === null ? "unknown" : formatInstant(new Date(identity.createdAt)),
    formatInstant(identity.lastUsedAt === null ? null : new Date(identity.lastUsedAt)),
    identity.groups.join(", "),
  ]);
  const titles = ["ID", "PROVIDER", "ISSUER", "SUBJECT", "EMAIL", "CONNECTED", "LAST USED", "GROUPS GIVEN"];
  return {
    text: identities.length === 0 ? `${username} signs in with no provider.` : formatTable(titles, rows),
    json: { id, username, identities },
  };
}

async function remove(operator: Operator, { id, username }: AccountSummary, identityId: string): Promise<Answer> {
  const removed = await operator.removeIdentity(id, identityId);
  if (removed.status !== "changed") throw notRemoved(removed.status, username, identityId);
  const { endedSessions, isLast } = removed;
  const after = isLast
    ? `\nNothing else lets ${username} in: countersign user set-password ${username}, or let them have a link mailed.`
    : "";
  return {
    text: `${username} signs in with it no more${andSessions(endedSessions)}.${after}`,
    json: { id, username, identity: identityId, endedSessions, isLast },
  };
}

function notRemoved(status: "not-found" | "last-superuser", username: string, identityId: string): Failure {
  if (status === "not-found") {
    const unknown = `${username} has no identity "${toPlainText(identityId)}".`;
    return new Failure("notFound", `${unknown} See countersign user identities ${username}.`);
  }
  const cure = `Give ${username} a password first: countersign user set-password ${username}.`;
  return new Failure("refused", `Without it no superuser could sign in. ${cure}`);
}
