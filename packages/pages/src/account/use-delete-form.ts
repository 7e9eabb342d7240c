import { useUser } from "@countersign/react";

import { readText } from "../form/read-text.ts";
import { useForm, type FormState } from "../form/use-form.ts";
import { usePages } from "../provider/pages-context.ts";

export interface DeleteValues {
  readonly username: string;
  readonly password: string;
}

export type DeleteForm = FormState<DeleteValues>;

/**
 * Deleting the account, without its looks. The names of the inputs are the keys of `DeleteValues`: the username is typed
 * so that nobody does it by mistake, the password where there is one.
 */
export function useDeleteForm(hasPassword: boolean): DeleteForm {
  const username = useUser((user) => user.username);
  const { messages, calls } = usePages();

  return useForm<DeleteValues, void>({
    read: (data) => ({ username: readText(data, "username").trim(), password: readText(data, "password") }),
    validate: (values) => ({
      ...(values.username !== username && { username: messages.deleteAccount.usernameWrong }),
      ...(hasPassword && values.password === "" && { password: messages.deleteAccount.passwordMissing }),
    }),
    submit: ({ password }) => calls.deleteAccount(hasPassword ? password : undefined),
    focusOnFailure: "password",
  });
}
