import { readErrorData } from "@countersign/client";
import type { AuthConfig } from "@countersign/contract";

import { useAuthConfig } from "../config/use-auth-config.ts";
import { EntryPage } from "../entry/entry-page.tsx";
import { useLeaveWhenSignedIn } from "../entry/use-leave-when-signed-in.ts";
import { useSlots } from "../entry/use-slots.ts";
import { describeCallError } from "../form/describe-call-error.ts";
import { FormFailure } from "../form/form-failure.tsx";
import { ProviderButtons } from "../oidc/provider-buttons.tsx";
import { Button } from "../primitives/button.tsx";
import { Checkbox } from "../primitives/checkbox.tsx";
import { Field } from "../primitives/field.tsx";
import { Link } from "../primitives/link.tsx";
import { Notice } from "../primitives/notice.tsx";
import { PasswordInput } from "../primitives/password-input.tsx";
import { TextInput } from "../primitives/text-input.tsx";
import type { EntrySlots, PageProps } from "../provider/page-slots.ts";
import { usePages } from "../provider/pages-context.ts";
import { withReturnTo } from "../provider/routes.ts";

import { SessionEndNotice } from "./session-end-notice.tsx";
import { useLoginForm } from "./use-login-form.ts";

/** Signing in. A visitor who is signed in already is sent on. */
export function LoginPage({ next, ...props }: PageProps & EntrySlots) {
  const { messages, routes, settings } = usePages();
  const slots = useSlots("login", props);
  const config = useAuthConfig();
  const { returnTo, isReady } = useLeaveWhenSignedIn(next, settings.afterLogin);
  const register = config?.signUp && (
    <>
      {messages.login.noAccount}{" "}
      <Link to={withReturnTo(routes.register, returnTo, settings.afterLogin)}>{messages.login.register}</Link>
    </>
  );

  return (
    <EntryPage
      title={messages.login.title}
      isReady={isReady && config !== null}
      foot={slots.foot === undefined ? register : slots.foot}
    >
      {slots.beforeForm}
      {config && <LoginFields config={config} returnTo={returnTo} />}
      {slots.afterForm}
    </EntryPage>
  );
}

function LoginFields({ config, returnTo }: { readonly config: AuthConfig; readonly returnTo: string }) {
  const { messages, routes } = usePages();
  const { isBusy, errors, failure, formProps, texts } = useLoginForm();

  return (
    <form className="cs-form" {...formProps}>
      {failure === null ? <SessionEndNotice /> : <LoginFailure failure={failure} />}
      <Field label={texts.label} error={errors.login}>
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
      <div className="cs-form__line">
        <Checkbox name="remember" label={messages.login.remember} />
        {config.passwordReset && <Link to={routes.forgot}>{messages.login.forgot}</Link>}
      </div>
      <Button type="submit" variant="primary" isWide isBusy={isBusy}>
        {isBusy ? messages.login.submitting : messages.login.submit}
      </Button>
      <ProviderButtons returnTo={returnTo} />
    </form>
  );
}

/** Whose address is not confirmed yet has given the right password: they are shown how to get the link again. */
function LoginFailure({ failure }: { readonly failure: unknown }) {
  const { messages, routes, locale } = usePages();
  if (readErrorData(failure)?.reason !== "EMAIL_UNVERIFIED") return <FormFailure failure={failure} />;

  return (
    <Notice tone="warning">
      {describeCallError(failure, messages, locale)} <Link to={routes.verify}>{messages.login.confirmEmail}</Link>
    </Notice>
  );
}
