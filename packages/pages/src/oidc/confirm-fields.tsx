import type { PendingSignIn } from "@countersign/contract";

import { useAuthConfig } from "../config/use-auth-config.ts";
import { Button } from "../primitives/button.tsx";
import { Field } from "../primitives/field.tsx";
import { Link } from "../primitives/link.tsx";
import { PasswordInput } from "../primitives/password-input.tsx";
import { usePages } from "../provider/pages-context.ts";

import { CancelSignIn } from "./cancel-sign-in.tsx";
import { SignInFailure } from "./sign-in-failure.tsx";
import { useConfirmForm } from "./use-confirm-form.ts";

export interface ConfirmFieldsProps {
  readonly pending: PendingSignIn;
  readonly id: string;
}

/** There is an account with the same address: its password shows whose it is, and connects the two. */
export function ConfirmFields({ pending, id }: ConfirmFieldsProps) {
  const { messages, routes } = usePages();
  const config = useAuthConfig();
  const { isBusy, errors, failure, formProps } = useConfirmForm(id);
  const { label } = pending.provider;
  const texts = messages.continueSignIn;

  return (
    <form className="cs-form" {...formProps}>
      <p className="cs-entry__text">{texts.confirmText(pending.username, label)}</p>
      <SignInFailure failure={failure} />
      {/* For password managers, which else would not know whose password is asked for. */}
      <input hidden readOnly name="username" autoComplete="username" value={pending.username} />
      <Field label={messages.login.password} error={errors.password}>
        {(control) => <PasswordInput {...control} name="password" autoComplete="current-password" autoFocus />}
      </Field>
      {config?.passwordReset && (
        <div className="cs-form__line">
          <Link to={routes.forgot}>{messages.login.forgot}</Link>
        </div>
      )}
      <Button type="submit" variant="primary" isWide isBusy={isBusy}>
        {isBusy ? texts.confirming : texts.confirm}
      </Button>
      <CancelSignIn id={id} />
    </form>
  );
}
