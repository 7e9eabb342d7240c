import { readText } from "../form/read-text.ts";
import { useForm, type FormState } from "../form/use-form.ts";
import { usePages } from "../provider/pages-context.ts";

export interface PasswordValues {
  readonly current: string;
  readonly password: string;
}

export type PasswordForm = FormState<PasswordValues>;

/**
 * Changing the password, or setting a first one, without its looks. The names of the inputs are the keys of `PasswordValues`;
 * there is no `current` where there is no password.
 */
export function usePasswordForm({
  hasPassword,
  onDone,
}: {
  readonly hasPassword: boolean;
  readonly onDone: () => void;
}): PasswordForm {
  const { messages, calls } = usePages();

  return useForm<PasswordValues, void>({
    read: (data) => ({ current: readText(data, "current"), password: readText(data, "password") }),
    validate: ({ current, password }) => ({
      ...(hasPassword && current === "" && { current: messages.passwordSection.currentMissing }),
      ...(password === "" && { password: messages.passwordSection.passwordMissing }),
    }),
    submit: (values) => (hasPassword ? calls.changePassword(values) : calls.setPassword(values.password)),
    onDone,
    focusOnFailure: hasPassword ? "current" : "password",
  });
}
