import type { PendingSignIn } from "@countersign/contract";

import { useAuthConfig } from "../config/use-auth-config.ts";
import { Button } from "../primitives/button.tsx";
import { Field } from "../primitives/field.tsx";
import { TextInput } from "../primitives/text-input.tsx";
import { usePages } from "../provider/pages-context.ts";

import { CancelSignIn } from "./cancel-sign-in.tsx";
import { SignInFailure } from "./sign-in-failure.tsx";
import type { CompleteForm } from "./use-complete-form.ts";

export interface CompleteFieldsProps {
  readonly form: CompleteForm;
  readonly pending: PendingSignIn;
  readonly id: string;
}

/** What a new account lacks: a name that is free, and an address where the provider gave none that can be had. */
export function CompleteFields({ form, pending, id }: CompleteFieldsProps) {
  const { messages } = usePages();
  const config = useAuthConfig();
  const { isBusy, errors, failure, formProps } = form;
  const texts = messages.continueSignIn;
  const isVerified = config !== null && config.emailVerification !== "off";

  return (
    <form className="cs-form" {...formProps}>
      <p className="cs-entry__text">{texts.completeText(pending.provider.label)}</p>
      <SignInFailure failure={failure} />
      <Field label={messages.register.username} error={errors.username}>
        {(control) => (
          <TextInput
            {...control}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            defaultValue={pending.username}
            autoFocus
          />
        )}
      </Field>
      {pending.email === null ? (
        <Field
          label={messages.register.email}
          help={isVerified ? messages.register.emailHelpVerified : texts.emailHelp}
          error={errors.email}
          isOptional={!pending.emailRequired}
        >
          {(control) => <TextInput {...control} name="email" type="email" autoComplete="email" dir="ltr" />}
        </Field>
      ) : (
        <p className="cs-entry__hint">{texts.email(pending.email)}</p>
      )}
      <Button type="submit" variant="primary" isWide isBusy={isBusy}>
        {isBusy ? messages.register.submitting : messages.register.submit}
      </Button>
      <CancelSignIn id={id} />
    </form>
  );
}
