import { readText } from "../form/read-text.ts";
import { useForm, type FormState } from "../form/use-form.ts";
import { usePages } from "../provider/pages-context.ts";

export interface PasswordValues {
  readonly current: string;
  readonly password: string;
}

export type PasswordForm = FormState<PasswordValues>;

/** Changing the password, without its looks. The names of the inputs are the keys of `PasswordValues`. */
export function usePasswordForm(onDone: () => void): PasswordForm {
  const { messages, calls } = usePages();

  return useForm<PasswordValues, void>({
    read: (data) => ({ current: readText(data, "current"), password: readText(data, "password") }),
    validate: ({ current, password }) => ({
      ...(current === "" && { current: messages.passwordSection.currentMissing }),
      ...(password === "" && { password: messages.passwordSection.passwordMissing }),
    }),
    submit: (values) => calls.changePassword(values),
    onDone,
    focusOnFailure: "current",
  });
}
