import { useAuthConfig } from "../config/use-auth-config.ts";
import { readText } from "../form/read-text.ts";
import { useForm, type FieldErrors, type FormState } from "../form/use-form.ts";
import { usePages } from "../provider/pages-context.ts";

import { describeLogin, type LoginTexts } from "./describe-login.ts";

export interface LoginValues {
  readonly login: string;
  readonly password: string;
  readonly remember: boolean;
}

export interface LoginForm extends FormState<LoginValues> {
  /** What the site wants to be signed in by, in words. */
  readonly texts: LoginTexts;
}

/**
 * The login form without its looks. The names of the inputs are the keys of `LoginValues`. Signing in changes the
 * snapshot, and that is what leaves the page (`useLeaveWhenSignedIn`).
 */
export function useLoginForm(): LoginForm {
  const { messages, calls } = usePages();
  const config = useAuthConfig();
  const texts = describeLogin(config?.loginFields ?? "username", messages.login);

  const form = useForm<LoginValues, unknown>({
    read: readLogin,
    validate: (values) => validateLogin(values, texts.missing, messages.login.passwordMissing),
    submit: (values) => calls.login(values),
    focusOnFailure: "password",
  });
  return { ...form, texts };
}

function readLogin(data: FormData): LoginValues {
  // The password is taken as it is: blanks at its ends belong to it.
  return {
    login: readText(data, "login").trim(),
    password: readText(data, "password"),
    remember: data.has("remember"),
  };
}

function validateLogin(values: LoginValues, loginMissing: string, passwordMissing: string): FieldErrors<LoginValues> {
  return {
    ...(values.login === "" && { login: loginMissing }),
    ...(values.password === "" && { password: passwordMissing }),
  };
}
