import { useEffect, useId, useRef } from "react";

import { useUser } from "@countersign/react";

import { useAccount } from "../account/use-account.ts";
import { useAuthConfig } from "../config/use-auth-config.ts";
import { FormFailure } from "../form/form-failure.tsx";
import { formatWait } from "../form/format-wait.ts";
import { Button } from "../primitives/button.tsx";
import { Field } from "../primitives/field.tsx";
import { PasswordInput } from "../primitives/password-input.tsx";
import { Loading, Skeleton } from "../primitives/skeleton.tsx";
import { usePages } from "../provider/pages-context.ts";

import { ProviderStepUp } from "./provider-step-up.tsx";
import { useStepUpForm } from "./use-step-up-form.ts";

export interface StepUpDialogProps {
  readonly onAnswer: (isConfirmed: boolean) => void;
}

/**
 * Asks for the password, or who has none for a word of their identity provider, over everything else. The browser keeps the
 * focus inside and gives it back afterwards.
 */
export function StepUpDialog({ onAnswer }: StepUpDialogProps) {
  const { messages } = usePages();
  const username = useUser((user) => user.username) ?? "";
  const { profile, error } = useAccount();
  const config = useAuthConfig();
  const hasPassword = profile?.hasPassword ?? true;
  // Only where there are other ways in may somebody have no password.
  const isKnown = profile !== null || error !== null || config?.providers.length === 0;
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const leadId = useId();
  const texts = messages.stepUp;

  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);

  return (
    <dialog
      className="cs-dialog"
      ref={dialog}
      aria-labelledby={titleId}
      aria-describedby={leadId}
      onCancel={(event) => {
        event.preventDefault();
        onAnswer(false);
      }}
    >
      <h2 className="cs-section__title" id={titleId}>
        {texts.title}
      </h2>
      <p className="cs-dialog__text" id={leadId}>
        {hasPassword ? texts.lead : texts.providerLead}
      </p>
      <p className="cs-muted cs-dialog__text">{texts.account(username)}</p>
      {!isKnown && (
        <Loading className="cs-form">
          <Skeleton shape="control" />
        </Loading>
      )}
      {isKnown && hasPassword && <PasswordStepUp username={username} onAnswer={onAnswer} />}
      {isKnown && !hasPassword && <ProviderStepUp onCancel={() => onAnswer(false)} />}
    </dialog>
  );
}

function PasswordStepUp({ username, onAnswer }: StepUpDialogProps & { readonly username: string }) {
  const { messages, locale } = usePages();
  const config = useAuthConfig();
  const { isBusy, errors, failure, formProps } = useStepUpForm(() => onAnswer(true));
  const texts = messages.stepUp;

  return (
    <form className="cs-form" {...formProps}>
      <FormFailure failure={failure} />
      {/* For password managers, which else would not know whose password is asked for. */}
      <input hidden readOnly name="username" autoComplete="username" value={username} />
      <Field
        label={texts.password}
        help={config && texts.hint(formatWait(config.freshSeconds, locale))}
        error={errors.password}
      >
        {(control) => <PasswordInput {...control} name="password" autoComplete="current-password" autoFocus />}
      </Field>
      <div className="cs-form__actions">
        <Button type="submit" variant="primary" isBusy={isBusy}>
          {isBusy ? texts.submitting : texts.submit}
        </Button>
        <Button variant="quiet" onClick={() => onAnswer(false)}>
          {messages.common.cancel}
        </Button>
      </div>
    </form>
  );
}
