import { readSentTo, useKeptStep } from "../entry/use-kept-step.ts";
import { readText } from "../form/read-text.ts";
import { useForm, type FormState } from "../form/use-form.ts";
import { usePages } from "../provider/pages-context.ts";

export interface ResendValues {
  readonly email: string;
}

export interface ResendForm extends FormState<ResendValues> {
  /** The address a link was asked for; null before that. A reload keeps it. */
  readonly sentTo: string | null;
  /** Begins again. */
  readonly reset: () => void;
}

/** Asking once more for the link that confirms an address, without its looks. The input is named `email`. */
export function useResendForm(): ResendForm {
  const { messages, calls } = usePages();
  const [sent, keepSent] = useKeptStep("resend", readSentTo);

  const form = useForm<ResendValues, string>({
    read: (data) => ({ email: readText(data, "email").trim() }),
    validate: ({ email }) => (email === "" ? { email: messages.verify.emailMissing } : {}),
    async submit({ email }) {
      await calls.resendVerification(email);
      return email;
    },
    onDone: (email) => keepSent({ email }),
    focusOnFailure: "email",
  });
  return { ...form, sentTo: sent?.email ?? null, reset: () => keepSent(null) };
}
