import type { AccountProfile, SignedInSnapshot } from "@countersign/contract";

import { useAuthConfig } from "../config/use-auth-config.ts";
import { ActionNews } from "../form/action-news.tsx";
import { FormFailure } from "../form/form-failure.tsx";
import { Badge } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";
import { Field } from "../primitives/field.tsx";
import { Notice } from "../primitives/notice.tsx";
import { TextInput } from "../primitives/text-input.tsx";
import { usePages } from "../provider/pages-context.ts";

import { EditSection } from "./edit-section.tsx";
import { Fact } from "./fact.tsx";
import { FormActions } from "./form-actions.tsx";
import { useEmailForm } from "./use-email-form.ts";
import { useVerifyOwnEmail } from "./use-verify-own-email.ts";
import { useWithdrawEmail, type WithdrawEmail } from "./use-withdraw-email.ts";

export interface EmailSectionProps {
  readonly user: SignedInSnapshot;
  readonly profile: AccountProfile | null;
  /** Called when an address was asked for, which the snapshot does not tell. */
  readonly onRequested: () => void;
  /** Called when that was taken back, with the account as it is now. */
  readonly onWithdrawn: (profile: AccountProfile) => void;
}

/** The address of the account. A new one takes its place when the link that was mailed to it is used. */
export function EmailSection({ user, profile, onRequested, onWithdrawn }: EmailSectionProps) {
  const { messages } = usePages();
  const texts = messages.emailSection;

  return (
    <EditSection
      title={texts.title}
      lead={texts.lead}
      action={user.email ? texts.change : texts.add}
      content={<EmailFacts user={user} profile={profile} onWithdrawn={onWithdrawn} />}
    >
      {(close) => (
        <EmailFields
          onCancel={close}
          onDone={() => {
            // What waits is said above, with the way to take it back.
            close();
            onRequested();
          }}
        />
      )}
    </EditSection>
  );
}

function EmailFacts({ user, profile, onWithdrawn }: Omit<EmailSectionProps, "onRequested">) {
  const { messages } = usePages();
  const pendingEmail = profile?.pendingEmail ?? null;
  const withdrawal = useWithdrawEmail(pendingEmail, onWithdrawn);

  return (
    <>
      <dl className="cs-facts">
        <Fact name={messages.account.email}>
          {user.email ? <bdi>{user.email}</bdi> : <span className="cs-muted">{messages.common.none}</span>}
          {user.email && (
            <Badge tone={user.emailVerified ? "accent" : "neutral"}>
              {user.emailVerified ? messages.account.emailVerified : messages.account.emailUnverified}
            </Badge>
          )}
        </Fact>
      </dl>
      <ActionNews action={withdrawal.action} buttonOf={pendingEmail} />
      {/* Always there, so that what comes into it is read out. */}
      <div className="cs-live" role="status">
        {pendingEmail !== null && <PendingEmail email={pendingEmail} withdrawal={withdrawal} />}
      </div>
      {user.email && !user.emailVerified && <VerifyOwnEmail email={user.email} />}
    </>
  );
}

interface PendingEmailProps {
  readonly email: string;
  readonly withdrawal: WithdrawEmail;
}

function PendingEmail({ email, withdrawal: { isBusy, withdraw } }: PendingEmailProps) {
  const { emailSection: texts } = usePages().messages;
  return (
    <div className="cs-notice">
      <p>{texts.pending(email)}</p>
      <Button size="small" isBusy={isBusy} onClick={withdraw}>
        {isBusy ? texts.withdrawing : texts.withdraw}
      </Button>
    </div>
  );
}

interface EmailFieldsProps {
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

function EmailFields({ onDone, onCancel }: EmailFieldsProps) {
  const { emailSection: texts } = usePages().messages;
  const { isBusy, errors, failure, formProps } = useEmailForm(onDone);

  return (
    <form className="cs-form" {...formProps}>
      <FormFailure failure={failure} />
      <Field label={texts.email} help={texts.emailHelp} error={errors.email}>
        {(control) => <TextInput {...control} name="email" type="email" autoComplete="email" dir="ltr" autoFocus />}
      </Field>
      <FormActions submit={texts.submit} submitting={texts.submitting} isBusy={isBusy} onCancel={() => onCancel()} />
    </form>
  );
}

/** Where the site confirms addresses at all. */
function VerifyOwnEmail({ email }: { readonly email: string }) {
  const { emailSection: texts } = usePages().messages;
  const config = useAuthConfig();
  const { isBusy, wasSent, failure, send } = useVerifyOwnEmail(email);
  if (!config || config.emailVerification === "off") return null;
  if (wasSent) return <Notice>{texts.verifySent(email)}</Notice>;

  return (
    <div>
      <FormFailure failure={failure} />
      <Button size="small" isBusy={isBusy} onClick={send}>
        {isBusy ? texts.submitting : texts.verify}
      </Button>
    </div>
  );
}
