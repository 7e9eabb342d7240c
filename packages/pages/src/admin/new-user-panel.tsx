import { FormActions } from "../account/form-actions.tsx";
import { useAuthConfig } from "../config/use-auth-config.ts";
import { FormFailure } from "../form/form-failure.tsx";
import { readText } from "../form/read-text.ts";
import { useForm, type FormState } from "../form/use-form.ts";
import { Field } from "../primitives/field.tsx";
import { PasswordInput } from "../primitives/password-input.tsx";
import { TextInput } from "../primitives/text-input.tsx";
import { useToast } from "../primitives/toaster.tsx";
import { usePages } from "../provider/pages-context.ts";

import { adminPath } from "./admin-address.ts";
import { useAdminCalls } from "./use-admin-calls.ts";

export interface NewUserValues {
  readonly username: string;
  readonly email: string;
  /** Empty for an account that gets its password by a mailed link. */
  readonly password: string;
}

/** A new account for somebody else, without its looks. The names of the inputs are the keys of `NewUserValues`. */
export function useNewUserForm(onDone: (id: string, username: string) => void): FormState<NewUserValues> {
  const { faults } = usePages().messages;
  const { users } = useAdminCalls();
  return useForm<NewUserValues, { readonly id: string; readonly username: string }>({
    read: (data) => ({
      username: readText(data, "username").trim(),
      email: readText(data, "email").trim(),
      password: readText(data, "password"),
    }),
    validate: ({ username }) => (username === "" ? { username: faults.usernameMissing } : {}),
    async submit({ username, email, password }) {
      const { id } = await users.create({ username, ...(email && { email }), ...(password && { password }) });
      return { id, username };
    },
    onDone: ({ id, username }) => onDone(id, username),
  });
}

/** Makes an account, and leads to it. */
export function NewUserPanel({ onCancel }: { readonly onCancel: () => void }) {
  const { messages, navigate, routes } = usePages();
  const texts = messages.adminUsers;
  const isEmailRequired = useAuthConfig()?.emailRequired ?? false;
  const showToast = useToast();
  const { isBusy, errors, failure, formProps } = useNewUserForm((id, username) => {
    navigate(adminPath(routes, `users/${id}`));
    // It outlives this page.
    showToast({ text: texts.created(username) });
  });

  return (
    <section className="cs-panel" aria-label={texts.create}>
      <form className="cs-form" {...formProps}>
        <FormFailure failure={failure} />
        <Field label={messages.account.username} error={errors.username}>
          {(control) => (
            <TextInput
              {...control}
              name="username"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              dir="auto"
              autoFocus
            />
          )}
        </Field>
        <Field label={messages.account.email} error={errors.email} isOptional={!isEmailRequired}>
          {(control) => <TextInput {...control} name="email" type="email" autoComplete="off" dir="ltr" />}
        </Field>
        <Field label={messages.login.password} help={texts.passwordHelp} error={errors.password} isOptional>
          {(control) => <PasswordInput {...control} name="password" autoComplete="new-password" />}
        </Field>
        <FormActions submit={texts.createSubmit} submitting={texts.creating} isBusy={isBusy} onCancel={onCancel} />
      </form>
    </section>
  );
}
