import { useState } from "react";

import type { AccountProfile } from "@countersign/contract";

import { useAction, type ActionState } from "../form/use-action.ts";
import { usePages } from "../provider/pages-context.ts";

export interface WithdrawEmail {
  /** What came of it. */
  readonly action: ActionState;
  readonly isBusy: boolean;
  readonly withdraw: () => void;
}

/** Taking back that another address was asked for, without its looks. `onDone` is given the account as it is then. */
export function useWithdrawEmail(
  pendingEmail: string | null,
  onDone: (profile: AccountProfile) => void,
): WithdrawEmail {
  const { messages, calls } = usePages();
  const texts = messages.emailSection;
  const action = useAction();
  const [isBusy, setIsBusy] = useState(false);

  async function withdraw() {
    setIsBusy(true);
    await action.run(async () => {
      const profile = await calls.withdrawEmailChange();
      onDone(profile);
      const { email } = profile;
      // The link may have been faster.
      return email !== null && email === pendingEmail ? texts.confirmedMeanwhile(email) : texts.withdrawn;
    });
    setIsBusy(false);
  }

  return { action, isBusy, withdraw: () => void withdraw() };
}
