import type { ReactNode } from "react";

import { EntryPage } from "../entry/entry-page.tsx";
import { useLeaveWhenSignedIn } from "../entry/use-leave-when-signed-in.ts";
import { FormFailure } from "../form/form-failure.tsx";
import { Button } from "../primitives/button.tsx";
import { Checkbox } from "../primitives/checkbox.tsx";
import { Field } from "../primitives/field.tsx";
import { Link } from "../primitives/link.tsx";
import { PasswordInput } from "../primitives/password-input.tsx";
import { TextInput } from "../primitives/text-input.tsx";
import { usePages } from "../provider/pages-context.ts";
import { withReturnTo } from "../provider/routes.ts";

import { SessionEndNotice } from "./session-end-notice.tsx";
import { useLoginForm } from "./use-login-form.ts";

export interface LoginPageProps {
  /** Where to go afterwards, as it came in the address: it is checked here, and what is unsafe goes home. */
  readonly next?: unknown;
  /** More ways in, below the form. */
  readonly afterForm?: ReactNode;
  /** In place of the line that leads to registration; null for none. */
  readonly foot?: ReactNode;
}

/** Signing in. A visitor who is signed in already is sent on. */
export function LoginPage({ next, afterForm, foot }: LoginPageProps) {
  const { messages, routes } = usePages();
  const { returnTo, isAnonymous } = useLeaveWhenSignedIn(next);

  return (
    <EntryPage
      title={messages.login.title}
      isReady={isAnonymous}
      foot={
        foot === undefined ? (
          <>
            {messages.login.noAccount}{" "}
            <Link to={withReturnTo(routes.register, returnTo, routes.home)}>{messages.login.register}</Link>
          </>
        ) : (
          foot
        )
      }
    >
      <LoginForm />
      {afterForm}
    </EntryPage>
  );
}

function LoginForm() {
  const { messages } = usePages();
  const { isBusy, errors, failure, formProps } = useLoginForm();

  return (
    <form className="cs-form" {...formProps}>
      {failure === null ? <SessionEndNotice /> : <FormFailure failure={failure} />}
      <Field label={messages.login.login} error={errors.login}>
        {(control) => (
          <TextInput
            {...control}
            name="login"
            autoComplete="username"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            maxLength={254}
            autoFocus
          />
        )}
      </Field>
      <Field label={messages.login.password} error={errors.password}>
        {(control) => <PasswordInput {...control} name="password" autoComplete="current-password" />}
      </Field>
      <Checkbox name="remember" label={messages.login.remember} />
      <Button type="submit" variant="primary" isWide isBusy={isBusy}>
        {isBusy ? messages.login.submitting : messages.login.submit}
      </Button>
    </form>
  );
}
