import { useState } from "react";

import type { AccountProfile, SignedInSnapshot } from "@countersign/contract";

import { useAuthConfig } from "../config/use-auth-config.ts";
import { FormFailure } from "../form/form-failure.tsx";
import { Field } from "../primitives/field.tsx";
import { PasswordInput } from "../primitives/password-input.tsx";
import { usePages } from "../provider/pages-context.ts";

import { EditSection } from "./edit-section.tsx";
import { FormActions } from "./form-actions.tsx";
import { usePasswordForm } from "./use-password-form.ts";

export interface PasswordSectionProps {
  readonly user: SignedInSnapshot;
  readonly profile: AccountProfile | null;
}

/** Changing the password, for which the present one is asked, or setting a first one. All other devices are signed out. */
export function PasswordSection({ user, profile }: PasswordSectionProps) {
  const { passwordSection: texts } = usePages().messages;
  const hasPassword = profile?.hasPassword ?? true;

  return (
    <EditSection
      title={texts.title}
      lead={hasPassword ? texts.lead : texts.none}
      action={hasPassword ? texts.change : texts.set}
    >
      {(close) => <PasswordFields username={user.username} hasPassword={hasPassword} close={close} />}
    </EditSection>
  );
}

interface PasswordFieldsProps {
  readonly username: string;
  readonly hasPassword: boolean;
  readonly close: (news?: string) => void;
}

function PasswordFields({ username, hasPassword: hasOne, close }: PasswordFieldsProps) {
  const { passwordSection: texts } = usePages().messages;
  const config = useAuthConfig();
  // As it was when the form was opened: with the password that is set here there is one.
  const [hasPassword] = useState(hasOne);
  const done = hasPassword ? texts.done : texts.setDone;
  const { isBusy, errors, failure, formProps } = usePasswordForm({ hasPassword, onDone: () => close(done) });

  return (
    <form className="cs-form" {...formProps}>
      <FormFailure failure={failure} />
      {/* For password managers, which else would not know whose password is changed. */}
      <input hidden readOnly name="username" autoComplete="username" value={username} />
      {hasPassword && (
        <Field label={texts.current} error={errors.current}>
          {(control) => <PasswordInput {...control} name="current" autoComplete="current-password" autoFocus />}
        </Field>
      )}
      <Field
        label={texts.password}
        help={config && texts.passwordHelp(config.passwordMinLength)}
        error={errors.password}
      >
        {(control) => (
          <PasswordInput {...control} name="password" autoComplete="new-password" autoFocus={!hasPassword} />
        )}
      </Field>
      <FormActions
        submit={hasPassword ? texts.submit : texts.setSubmit}
        submitting={hasPassword ? texts.submitting : texts.setSubmitting}
        isBusy={isBusy}
        onCancel={() => close()}
      />
    </form>
  );
}
