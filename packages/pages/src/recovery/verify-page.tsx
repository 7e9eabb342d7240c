import { useUser } from "@countersign/react";

import { FormFailure } from "../form/form-failure.tsx";
import { Button, buttonClass } from "../primitives/button.tsx";
import { Field } from "../primitives/field.tsx";
import { Link } from "../primitives/link.tsx";
import { TextInput } from "../primitives/text-input.tsx";
import type { EntrySlots, PageProps } from "../provider/page-slots.ts";
import { usePages } from "../provider/pages-context.ts";

import { CheckMail } from "./check-mail.tsx";
import { LinkPage } from "./link-page.tsx";
import { useResendForm } from "./use-resend-form.ts";

/** Where the link to confirm an address leads; without a link, the place to ask for one. */
export function VerifyPage(props: PageProps & EntrySlots) {
  const { messages, routes } = usePages();
  const isSignedIn = useUser((user) => user.id) !== null;
  const texts = messages.verify;

  return (
    <LinkPage
      {...props}
      purpose="verify"
      texts={texts}
      afterwards={
        <Link
          to={isSignedIn ? routes.home : routes.login}
          className={buttonClass({ variant: "primary", isWide: true })}
        >
          {isSignedIn ? texts.next : texts.login}
        </Link>
      }
      withoutLink={{ title: texts.againTitle, content: <Again /> }}
    />
  );
}

function Again() {
  const { messages } = usePages();
  const { sentTo, reset, isBusy, errors, failure, formProps } = useResendForm();
  const texts = messages.verify;
  if (sentTo !== null) return <CheckMail email={sentTo} onAgain={reset} />;

  return (
    <>
      <p className="cs-entry__text">{texts.againText}</p>
      <form className="cs-form" {...formProps}>
        <FormFailure failure={failure} />
        <Field label={texts.email} error={errors.email}>
          {(control) => <TextInput {...control} name="email" type="email" autoComplete="email" dir="ltr" />}
        </Field>
        <Button type="submit" variant="primary" isWide isBusy={isBusy}>
          {texts.again}
        </Button>
      </form>
    </>
  );
}
