import type { AuthConfig } from "@countersign/contract";

import { useAuthConfig } from "../config/use-auth-config.ts";
import { EntryPage } from "../entry/entry-page.tsx";
import { useLeaveWhenSignedIn } from "../entry/use-leave-when-signed-in.ts";
import { useSlots } from "../entry/use-slots.ts";
import { FormFailure } from "../form/form-failure.tsx";
import { ProviderButtons } from "../oidc/provider-buttons.tsx";
import { Button, buttonClass } from "../primitives/button.tsx";
import { Field } from "../primitives/field.tsx";
import { Link } from "../primitives/link.tsx";
import { PasswordInput } from "../primitives/password-input.tsx";
import { TextInput } from "../primitives/text-input.tsx";
import type { EntrySlots, PageProps } from "../provider/page-slots.ts";
import { usePages } from "../provider/pages-context.ts";
import { withReturnTo } from "../provider/routes.ts";
import { CheckMail } from "../recovery/check-mail.tsx";

import { useRegisterForm, type RegisterForm } from "./use-register-form.ts";

/**
 * Making an account. What follows is the site's to say: being signed in at once, a mail to confirm the address, or the
 * login page. A visitor who is signed in already is sent on.
 */
export function RegisterPage({ next, ...props }: PageProps & EntrySlots) {
  const { messages, routes, settings } = usePages();
  const slots = useSlots("register", props);
  const config = useAuthConfig();
  const form = useRegisterForm();
  const { returnTo, isReady } = useLeaveWhenSignedIn(next, settings.afterRegister);
  const texts = messages.register;
  const login = withReturnTo(routes.login, returnTo, settings.afterLogin);
  const stage = config && !config.signUp ? "closed" : (form.outcome?.next ?? "form");
  const titles = {
    closed: texts.closedTitle,
    form: texts.title,
    sign_in: texts.doneTitle,
    check_mail: messages.checkMail.title,
  };
  const feet = {
    closed: null,
    form: (
      <>
        {texts.haveAccount} <Link to={login}>{texts.login}</Link>
      </>
    ),
    sign_in: null,
    check_mail: <Link to={login}>{messages.checkMail.login}</Link>,
  };

  return (
    <EntryPage
      title={titles[stage]}
      isReady={isReady && config !== null}
      foot={slots.foot === undefined ? feet[stage] : slots.foot}
    >
      {stage === "form" && config && (
        <>
          {slots.beforeForm}
          <RegisterFields config={config} form={form} returnTo={returnTo} />
          {slots.afterForm}
        </>
      )}
      {stage === "closed" && <LeadToLogin text={texts.closedText} to={login} />}
      {stage === "sign_in" && <LeadToLogin text={texts.doneText} to={login} />}
      {stage === "check_mail" && form.outcome?.next === "check_mail" && (
        <CheckMail email={form.outcome.email} username={form.outcome.username} onAgain={form.reset} />
      )}
    </EntryPage>
  );
}

function LeadToLogin({ text, to }: { readonly text: string; readonly to: string }) {
  const { register } = usePages().messages;
  return (
    <>
      <p className="cs-entry__text" role="status">
        {text}
      </p>
      <Link to={to} className={buttonClass({ variant: "primary", isWide: true })}>
        {register.login}
      </Link>
    </>
  );
}

interface RegisterFieldsProps {
  readonly config: AuthConfig;
  readonly form: RegisterForm;
  readonly returnTo: string;
}

function RegisterFields({ config, form, returnTo }: RegisterFieldsProps) {
  const { register: texts } = usePages().messages;
  const { isBusy, errors, failure, formProps } = form;
  const isVerified = config.emailVerification !== "off";

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
      <Field
        label={texts.email}
        help={isVerified ? texts.emailHelpVerified : texts.emailHelp}
        error={errors.email}
        isOptional={!config.emailRequired}
      >
        {(control) => <TextInput {...control} name="email" type="email" autoComplete="email" dir="ltr" />}
      </Field>
      <Field label={texts.password} help={texts.passwordHelp(config.passwordMinLength)} error={errors.password}>
        {(control) => <PasswordInput {...control} name="password" autoComplete="new-password" />}
      </Field>
      <Button type="submit" variant="primary" isWide isBusy={isBusy}>
        {isBusy ? texts.submitting : texts.submit}
      </Button>
      <ProviderButtons returnTo={returnTo} />
    </form>
  );
}
