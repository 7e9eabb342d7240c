import { readSentTo, useKeptStep } from "../entry/use-kept-step.ts";
import { readText } from "../form/read-text.ts";
import { useForm, type FormState } from "../form/use-form.ts";
import { usePages } from "../provider/pages-context.ts";

export interface ForgotValues {
  readonly email: string;
}

export interface ForgotForm extends FormState<ForgotValues> {
  /** The address a link was asked for; null before that; a reload keeps it. It says nothing of whether there is such an account. */
  readonly sentTo: string | null;
  /** Begins again. */
  readonly reset: () => void;
}

/** Asking for the link to a new password, without its looks. The input is named `email`. */
export function useForgotForm(): ForgotForm {
  const { messages, calls } = usePages();
  const [sent, keepSent] = useKeptStep("forgot", readSentTo);

  const form = useForm<ForgotValues, string>({
    read: (data) => ({ email: readText(data, "email").trim() }),
    validate: ({ email }) => (email === "" ? { email: messages.forgot.emailMissing } : {}),
    async submit({ email }) {
      await calls.requestPasswordReset(email);
      return email;
    },
    onDone: (email) => keepSent({ email }),
    focusOnFailure: "email",
  });
  return { ...form, sentTo: sent?.email ?? null, reset: () => keepSent(null) };
}
