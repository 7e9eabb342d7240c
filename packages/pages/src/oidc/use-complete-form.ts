import { safeReturnTo, type PendingSignIn } from "@countersign/contract";

import { useKeptStep } from "../entry/use-kept-step.ts";
import { readText } from "../form/read-text.ts";
import { useForm, type FormState } from "../form/use-form.ts";
import { usePages } from "../provider/pages-context.ts";

export interface CompleteValues {
  readonly username: string;
  readonly email: string;
}

/** `check_mail`: the account waits for its address. `sign_in`: it is ready, and nobody is signed in by that here. */
export type CompleteOutcome =
  | { readonly next: "sign_in" }
  | { readonly next: "check_mail"; readonly email: string; readonly username: string };

export interface CompleteForm extends FormState<CompleteValues> {
  /** How it ended, when not with being signed in, also after a reload. */
  readonly outcome: CompleteOutcome | null;
}

/** What a new account lacks, without its looks. The inputs are named `username` and, where an address is asked for, `email`. */
export function useCompleteForm(id: string | null, pending: PendingSignIn | null): CompleteForm {
  const { calls, messages, navigate, settings } = usePages();
  const [outcome, setOutcome] = useKeptStep("complete", readOutcome);
  const texts = messages.register;

  const form = useForm<CompleteValues, void>({
    read: (data) => ({ username: readText(data, "username").trim(), email: readText(data, "email").trim() }),
    validate: ({ username, email }) => ({
      ...(username === "" && { username: texts.usernameMissing }),
      ...(email === "" && pending?.email === null && pending.emailRequired && { email: texts.emailMissing }),
    }),
    async submit({ username, email }) {
      const { next, to } = await calls.completeSignIn({ id: id ?? "", username, ...(email && { email }) });
      if (next === "signed_in") navigate(safeReturnTo(to, settings.afterLogin), { replace: true });
      if (next === "sign_in") setOutcome({ next });
      if (next === "verify_email") setOutcome({ next: "check_mail", email: email || (pending?.email ?? ""), username });
    },
  });

  return { ...form, outcome };
}

function readOutcome({ next, email, username }: Readonly<Record<string, unknown>>): CompleteOutcome | null {
  if (next === "sign_in") return { next };
  return next === "check_mail" && typeof email === "string" && typeof username === "string"
    ? { next, email, username }
    : null;
}
