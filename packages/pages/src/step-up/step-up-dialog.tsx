import { useEffect, useId, useRef } from "react";

import { useUser } from "@countersign/react";

import { useAuthConfig } from "../config/use-auth-config.ts";
import { FormFailure } from "../form/form-failure.tsx";
import { formatWait } from "../form/format-wait.ts";
import { Button } from "../primitives/button.tsx";
import { Field } from "../primitives/field.tsx";
import { PasswordInput } from "../primitives/password-input.tsx";
import { usePages } from "../provider/pages-context.ts";

import { useStepUpForm } from "./use-step-up-form.ts";

export interface StepUpDialogProps {
  readonly onAnswer: (isConfirmed: boolean) => void;
}

/** Asks for the password, over everything else. The browser keeps the focus inside and gives it back afterwards. */
export function StepUpDialog({ onAnswer }: StepUpDialogProps) {
  const { messages, locale } = usePages();
  const username = useUser((user) => user.username) ?? "";
  const config = useAuthConfig();
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const leadId = useId();
  const { isBusy, errors, failure, formProps } = useStepUpForm(() => onAnswer(true));
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
        {texts.lead}
      </p>
      <p className="cs-muted cs-dialog__text">{texts.account(username)}</p>
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
    </dialog>
  );
}
