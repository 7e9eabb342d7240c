import type { AccountProfile, SignedInSnapshot } from "@countersign/contract";

import { FormFailure } from "../form/form-failure.tsx";
import { Field } from "../primitives/field.tsx";
import { PasswordInput } from "../primitives/password-input.tsx";
import { TextInput } from "../primitives/text-input.tsx";
import { usePages } from "../provider/pages-context.ts";

import { EditSection } from "./edit-section.tsx";
import { FormActions } from "./form-actions.tsx";
import { useDeleteForm } from "./use-delete-form.ts";

export interface DeleteSectionProps {
  readonly user: SignedInSnapshot;
  readonly profile: AccountProfile | null;
}

/** Deleting the account for good: its name is to be typed, so that nobody does it by mistake. */
export function DeleteSection({ user, profile }: DeleteSectionProps) {
  const { deleteAccount: texts } = usePages().messages;

  return (
    <EditSection title={texts.title} lead={texts.lead} action={texts.start}>
      {(close) => (
        <DeleteFields username={user.username} hasPassword={profile?.hasPassword ?? true} onCancel={() => close()} />
      )}
    </EditSection>
  );
}

interface DeleteFieldsProps {
  readonly username: string;
  readonly hasPassword: boolean;
  readonly onCancel: () => void;
}

function DeleteFields({ username, hasPassword, onCancel }: DeleteFieldsProps) {
  const { deleteAccount: texts } = usePages().messages;
  const { isBusy, errors, failure, formProps } = useDeleteForm(hasPassword);

  return (
    <form className="cs-form" {...formProps}>
      <p className="cs-panel__question">{texts.question(username)}</p>
      <FormFailure failure={failure} />
      <Field label={texts.username(username)} error={errors.username}>
        {(control) => (
          <TextInput
            {...control}
            name="username"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
          />
        )}
      </Field>
      {hasPassword && (
        <Field label={texts.password} error={errors.password}>
          {(control) => <PasswordInput {...control} name="password" autoComplete="current-password" />}
        </Field>
      )}
      <FormActions
        submit={texts.submit}
        submitting={texts.submitting}
        isBusy={isBusy}
        variant="danger"
        onCancel={onCancel}
      />
    </form>
  );
}
