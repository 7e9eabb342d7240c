import { readText } from "../form/read-text.ts";
import { useForm, type FormState } from "../form/use-form.ts";
import { usePages } from "../provider/pages-context.ts";

export interface EmailValues {
  readonly email: string;
}

export type EmailForm = FormState<EmailValues>;

/** Asking for another address, without its looks. The input is named `email`; `onDone` hears where the link went. */
export function useEmailForm(onDone: (email: string) => void): EmailForm {
  const { messages, calls } = usePages();

  return useForm<EmailValues, string>({
    read: (data) => ({ email: readText(data, "email").trim() }),
    validate: ({ email }) => (email === "" ? { email: messages.emailSection.emailMissing } : {}),
    async submit({ email }) {
      await calls.requestEmailChange(email);
      return email;
    },
    onDone,
    focusOnFailure: "email",
  });
}
