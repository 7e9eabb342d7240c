import { FormFailure } from "../form/form-failure.tsx";
import { Button } from "../primitives/button.tsx";
import { usePages } from "../provider/pages-context.ts";
import { formatCountdown } from "../step-up/format-countdown.ts";

import { useResend } from "./use-resend.ts";

export interface CheckMailProps {
  readonly email: string;
  /** The account that waits for it, where that is known. */
  readonly username?: string | undefined;
  /** Leads back to where the address was given; no way back without it. */
  readonly onAgain?: () => void;
}

/** A link to confirm the address is on its way, perhaps: the answer is the same for every address. */
export function CheckMail({ email, username, onAgain }: CheckMailProps) {
  const { messages, locale } = usePages();
  const { isBusy, waitSeconds, wasResent, failure, resend } = useResend(email, username);
  const texts = messages.checkMail;

  return (
    <>
      <p className="cs-entry__text" role="status">
        {wasResent ? texts.resent : texts.text(email)}
      </p>
      <p className="cs-entry__hint">{texts.hint}</p>
      <FormFailure failure={failure} />
      <Button isWide isBusy={isBusy} disabled={waitSeconds > 0} onClick={resend}>
        {isBusy && texts.resending}
        {!isBusy && (waitSeconds > 0 ? texts.resendIn(formatCountdown(waitSeconds, locale)) : texts.resend)}
      </Button>
      {onAgain && (
        <Button variant="quiet" isWide onClick={onAgain}>
          {texts.again}
        </Button>
      )}
    </>
  );
}
