import { safeReturnTo } from "@countersign/contract";

import { readText } from "../form/read-text.ts";
import { useForm, type FormState } from "../form/use-form.ts";
import { usePages } from "../provider/pages-context.ts";

export interface ConfirmValues {
  readonly password: string;
}

/** The password of the account that has the same address, without its looks. The input is named `password`. */
export function useConfirmForm(id: string): FormState<ConfirmValues> {
  const { calls, messages, navigate, settings } = usePages();

  return useForm<ConfirmValues, { readonly to: string }>({
    read: (data) => ({ password: readText(data, "password") }),
    validate: ({ password }) => (password === "" ? { password: messages.login.passwordMissing } : {}),
    submit: ({ password }) => calls.confirmSignIn({ id, password }),
    onDone: ({ to }) => navigate(safeReturnTo(to, settings.afterLogin), { replace: true }),
    focusOnFailure: "password",
  });
}
