import type { ReactNode } from "react";

import { EntryPage } from "../entry/entry-page.tsx";
import { useLeaveWhenSignedIn } from "../entry/use-leave-when-signed-in.ts";
import { FormFailure } from "../form/form-failure.tsx";
import { Button } from "../primitives/button.tsx";
import { Field } from "../primitives/field.tsx";
import { Link } from "../primitives/link.tsx";
import { PasswordInput } from "../primitives/password-input.tsx";
import { TextInput } from "../primitives/text-input.tsx";
import { usePages } from "../provider/pages-context.ts";
import { withReturnTo } from "../provider/routes.ts";

import { useRegisterForm } from "./use-register-form.ts";

export interface RegisterPageProps {
  /** Where to go afterwards, as it came in the address: it is checked here, and what is unsafe goes home. */
  readonly next?: unknown;
  /** More ways in, below the form. */
  readonly afterForm?: ReactNode;
  /** In place of the line that leads to the login page; null for none. */
  readonly foot?: ReactNode;
}

/** Making an account, which signs its owner in. A visitor who is signed in already is sent on. */
export function RegisterPage({ next, afterForm, foot }: RegisterPageProps) {
  const { messages, routes } = usePages();
  const { returnTo, isAnonymous } = useLeaveWhenSignedIn(next);

  return (
    <EntryPage
      title={messages.register.title}
      isReady={isAnonymous}
      foot={
        foot === undefined ? (
          <>
            {messages.register.haveAccount}{" "}
            <Link to={withReturnTo(routes.login, returnTo, routes.home)}>{messages.register.login}</Link>
          </>
        ) : (
          foot
        )
      }
    >
      <RegisterForm />
      {afterForm}
    </EntryPage>
  );
}

function RegisterForm() {
  const { messages } = usePages();
  const { isBusy, errors, failure, formProps } = useRegisterForm();
  const texts = messages.register;

  return (
    <form className="cs-form" {...formProps}>
      <FormFailure failure={failure} />
      <Field label={texts.username} error={errors.username}>
        {(control) => (
          <TextInput
            {...control}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            autoFocus
          />
        )}
      </Field>
      <Field label={texts.email} help={texts.emailHelp} error={errors.email} isOptional>
        {(control) => <TextInput {...control} name="email" type="email" autoComplete="email" />}
      </Field>
      <Field label={texts.password} help={texts.passwordHelp} error={errors.password}>
        {(control) => <PasswordInput {...control} name="password" autoComplete="new-password" />}
      </Field>
      <Button type="submit" variant="primary" isWide isBusy={isBusy}>
        {isBusy ? texts.submitting : texts.submit}
      </Button>
    </form>
  );
}
