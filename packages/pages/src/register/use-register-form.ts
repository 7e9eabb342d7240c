import { useSessionClient } from "@countersign/react";

import { readText } from "../form/read-text.ts";
import { useForm, type FieldErrors, type FormState } from "../form/use-form.ts";
import type { Messages } from "../messages.ts";
import { useMessages } from "../provider/pages-context.ts";

export interface RegisterValues {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/** The registration form without its looks. The names of the inputs are the keys of `RegisterValues`. */
export function useRegisterForm(): FormState<RegisterValues> {
  const client = useSessionClient();
  const messages = useMessages();

  return useForm<RegisterValues, unknown>({
    read: readRegistration,
    validate: (values) => validateRegistration(values, messages.register),
    submit: ({ username, email, password }) => client.auth.register({ username, password, ...(email && { email }) }),
  });
}

function readRegistration(data: FormData): RegisterValues {
  return {
    username: readText(data, "username").trim(),
    email: readText(data, "email").trim(),
    password: readText(data, "password"),
  };
}

/** Only what needs no server; names, addresses and passwords are judged there. */
function validateRegistration(values: RegisterValues, messages: Messages["register"]): FieldErrors<RegisterValues> {
  return {
    ...(values.username === "" && { username: messages.usernameMissing }),
    ...(values.password === "" && { password: messages.passwordMissing }),
  };
}
