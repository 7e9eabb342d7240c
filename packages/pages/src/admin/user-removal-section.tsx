import type { AdminUser } from "@countersign/contract";

import { EditSection } from "../account/edit-section.tsx";
import { FormActions } from "../account/form-actions.tsx";
import { FormFailure } from "../form/form-failure.tsx";
import { readText } from "../form/read-text.ts";
import { useForm } from "../form/use-form.ts";
import { Field } from "../primitives/field.tsx";
import { TextInput } from "../primitives/text-input.tsx";
import { usePages } from "../provider/pages-context.ts";

import { adminPath } from "./admin-address.ts";
import { useAdminCalls } from "./use-admin-calls.ts";

/** Deleting somebody's account for good: its name is to be typed, so that nobody does it by mistake. */
export function UserRemovalSection({ user }: { readonly user: AdminUser }) {
  const { deleteAccount: texts } = usePages().messages;
  return (
    <EditSection title={texts.title} lead={texts.lead} action={texts.start}>
      {(close) => <RemovalFields user={user} onCancel={() => close()} />}
    </EditSection>
  );
}

function RemovalFields({ user, onCancel }: { readonly user: AdminUser; readonly onCancel: () => void }) {
  const { messages, navigate, routes } = usePages();
  const texts = messages.deleteAccount;
  const { users } = useAdminCalls();
  const { isBusy, errors, failure, formProps } = useForm<{ readonly username: string }, void>({
    read: (data) => ({ username: readText(data, "username").trim() }),
    validate: ({ username }) => (username === user.username ? {} : { username: texts.usernameWrong }),
    submit: () => users.remove(user.id),
    onDone: () => navigate(adminPath(routes, "users"), { replace: true }),
  });

  return (
    <form className="cs-form" {...formProps}>
      <p className="cs-panel__question">{texts.question(user.username)}</p>
      <FormFailure failure={failure} />
      <Field label={texts.username(user.username)} error={errors.username}>
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
