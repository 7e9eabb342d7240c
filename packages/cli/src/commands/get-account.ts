import type { AccountSummary, Operator } from "@countersign/auth";

import { Failure } from "../failure.ts";
import { toPlainText } from "../report/plain-text.ts";

/** @throws Failure when there is no such account */
export async function getAccount(operator: Operator, name: string): Promise<AccountSummary> {
  const account = await operator.findUser(name);
  if (account) return account;
  throw new Failure(
    "notFound",
    `There is no account "${toPlainText(name)}". Look for it: countersign user list --search <part>.`,
  );
}
