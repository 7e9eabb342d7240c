import { useAuthConfig } from "../config/use-auth-config.ts";
import { EntryPage } from "../entry/entry-page.tsx";
import { useSlots } from "../entry/use-slots.ts";
import { FormFailure } from "../form/form-failure.tsx";
import { Button, buttonClass } from "../primitives/button.tsx";
import { Field } from "../primitives/field.tsx";
import { Link } from "../primitives/link.tsx";
import { PasswordInput } from "../primitives/password-input.tsx";
import type { EntrySlots, PageProps } from "../provider/page-slots.ts";
import { usePages } from "../provider/pages-context.ts";

import { NoReferrer } from "./no-referrer.tsx";
import { useResetForm, type ResetForm } from "./use-reset-form.ts";

/** Where the mailed link leads: choosing a new password. Opening the page uses nothing up; sending the form does. */
export function ResetPage(props: PageProps & EntrySlots) {
  const { messages, routes } = usePages();
  const slots = useSlots("reset", props);
  const config = useAuthConfig();
  const form = useResetForm();
  const texts = messages.reset;
  const titles = { form: texts.title, done: texts.doneTitle, invalid: texts.invalidTitle };

  return (
    <EntryPage title={titles[form.stage]} isReady={config !== null} foot={slots.foot}>
      <NoReferrer />
      {form.stage === "form" && config && (
        <>
          {slots.beforeForm}
          <Fields form={form} least={config.passwordMinLength} />
          {slots.afterForm}
        </>
      )}
      {form.stage === "done" && (
        <>
          <p className="cs-entry__text" role="status">
            {texts.doneText}
          </p>
          <Link to={routes.login} className={buttonClass({ variant: "primary", isWide: true })}>
            {texts.login}
          </Link>
        </>
      )}
      {form.stage === "invalid" && (
        <>
          <p className="cs-entry__text" role="status">
            {texts.invalidText}
          </p>
          <Link to={routes.forgot} className={buttonClass({ variant: "primary", isWide: true })}>
            {texts.again}
          </Link>
        </>
      )}
    </EntryPage>
  );
}

function Fields({ form, least }: { readonly form: ResetForm; readonly least: number }) {
  const { reset } = usePages().messages;

  return (
    <form className="cs-form" {...form.formProps}>
      <FormFailure failure={form.failure} />
      <Field label={reset.password} help={reset.passwordHelp(least)} error={form.errors.password}>
        {(control) => <PasswordInput {...control} name="password" autoComplete="new-password" autoFocus />}
      </Field>
      <p className="cs-entry__hint">{reset.hint}</p>
      <Button type="submit" variant="primary" isWide isBusy={form.isBusy}>
        {form.isBusy ? reset.submitting : reset.submit}
      </Button>
    </form>
  );
}
