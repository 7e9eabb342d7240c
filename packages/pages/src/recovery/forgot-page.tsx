import { useAuthConfig } from "../config/use-auth-config.ts";
import { EntryPage } from "../entry/entry-page.tsx";
import { useSlots } from "../entry/use-slots.ts";
import { FormFailure } from "../form/form-failure.tsx";
import { Button, buttonClass } from "../primitives/button.tsx";
import { Field } from "../primitives/field.tsx";
import { Link } from "../primitives/link.tsx";
import { TextInput } from "../primitives/text-input.tsx";
import type { EntrySlots, PageProps } from "../provider/page-slots.ts";
import { usePages } from "../provider/pages-context.ts";

import { useForgotForm, type ForgotForm } from "./use-forgot-form.ts";

/** Asking for the link to a new password. The answer is the same whether or not the address has an account. */
export function ForgotPage(props: PageProps & EntrySlots) {
  const { messages, routes } = usePages();
  const slots = useSlots("forgot", props);
  const config = useAuthConfig();
  const form = useForgotForm();
  const texts = messages.forgot;
  const foot = slots.foot === undefined ? <Link to={routes.login}>{texts.login}</Link> : slots.foot;

  if (config && !config.passwordReset) {
    return (
      <EntryPage title={texts.offTitle} isReady foot={foot}>
        <p className="cs-entry__text">{texts.offText}</p>
      </EntryPage>
    );
  }

  return (
    <EntryPage title={form.sentTo ? texts.sentTitle : texts.title} isReady={config !== null} foot={foot}>
      {form.sentTo ? (
        <Sent email={form.sentTo} again={form.reset} />
      ) : (
        <>
          {slots.beforeForm}
          <Fields form={form} />
          {slots.afterForm}
        </>
      )}
    </EntryPage>
  );
}

function Fields({ form }: { readonly form: ForgotForm }) {
  const { forgot } = usePages().messages;

  return (
    <>
      <p className="cs-entry__text">{forgot.lead}</p>
      <form className="cs-form" {...form.formProps}>
        <FormFailure failure={form.failure} />
        <Field label={forgot.email} error={form.errors.email}>
          {(control) => <TextInput {...control} name="email" type="email" autoComplete="email" dir="ltr" autoFocus />}
        </Field>
        <Button type="submit" variant="primary" isWide isBusy={form.isBusy}>
          {form.isBusy ? forgot.submitting : forgot.submit}
        </Button>
      </form>
    </>
  );
}

function Sent({ email, again }: { readonly email: string; readonly again: () => void }) {
  const { forgot } = usePages().messages;

  return (
    <>
      <p className="cs-entry__text" role="status">
        {forgot.sentText(email)}
      </p>
      <p className="cs-entry__hint">{forgot.sentHint}</p>
      <button type="button" className={buttonClass({ isWide: true })} onClick={again}>
        {forgot.again}
      </button>
    </>
  );
}
