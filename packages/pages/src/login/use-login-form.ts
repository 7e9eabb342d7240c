import { useSessionClient } from "@countersign/react";

import { readText } from "../form/read-text.ts";
import { useForm, type FieldErrors, type FormState } from "../form/use-form.ts";
import type { Messages } from "../messages.ts";
import { useMessages } from "../provider/pages-context.ts";

export interface LoginValues {
  readonly login: string;
  readonly password: string;
  readonly remember: boolean;
}

/**
 * The login form without its looks. The names of the inputs are the keys of `LoginValues`. Signing in changes the
 * snapshot, and that is what leaves the page (`useLeaveWhenSignedIn`).
 */
export function useLoginForm(): FormState<LoginValues> {
  const client = useSessionClient();
  const messages = useMessages();

  return useForm<LoginValues, unknown>({
    read: readLogin,
    validate: (values) => validateLogin(values, messages.login),
    submit: (values) => client.auth.login(values),
    focusOnFailure: "password",
  });
}

function readLogin(data: FormData): LoginValues {
  // The password is taken as it is: blanks at its ends belong to it.
  return {
    login: readText(data, "login").trim(),
    password: readText(data, "password"),
    remember: data.has("remember"),
  };
}

function validateLogin(values: LoginValues, messages: Messages["login"]): FieldErrors<LoginValues> {
  return {
    ...(values.login === "" && { login: messages.loginMissing }),
    ...(values.password === "" && { password: messages.passwordMissing }),
  };
}
