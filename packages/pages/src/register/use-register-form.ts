import { useAuthConfig } from "../config/use-auth-config.ts";
import { useKeptStep } from "../entry/use-kept-step.ts";
import { readText } from "../form/read-text.ts";
import { useForm, type FieldErrors, type FormState } from "../form/use-form.ts";
import type { Messages } from "../messages.ts";
import { usePages } from "../provider/pages-context.ts";

export interface RegisterValues {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

export interface RegisterForm extends FormState<RegisterValues> {
  /** How it ended, when not with being signed in, also after a reload. */
  readonly outcome: RegisterOutcome | null;
  /** Begins again. */
  readonly reset: () => void;
}

/** `check_mail` says nothing of whether the address was free. */
export type RegisterOutcome =
  | { readonly next: "sign_in" }
  | { readonly next: "check_mail"; readonly email: string; readonly username: string };

/** The registration form without its looks. The names of the inputs are the keys of `RegisterValues`. */
export function useRegisterForm(): RegisterForm {
  const { messages, calls } = usePages();
  const config = useAuthConfig();
  const [outcome, setOutcome] = useKeptStep("register", readOutcome);

  const form = useForm<RegisterValues, void>({
    read: readRegistration,
    validate: (values) => validateRegistration(values, config?.emailRequired ?? false, messages.register),
    async submit({ username, email, password }) {
      const { next } = await calls.register({ username, password, ...(email && { email }) });
      if (next === "verify_email") setOutcome({ next: "check_mail", email, username });
      if (next === "sign_in") setOutcome({ next });
    },
  });
  return { ...form, outcome, reset: () => setOutcome(null) };
}

function readOutcome({ next, email, username }: Readonly<Record<string, unknown>>): RegisterOutcome | null {
  if (next === "sign_in") return { next };
  return next === "check_mail" && typeof email === "string" && typeof username === "string"
    ? { next, email, username }
    : null;
}

function readRegistration(data: FormData): RegisterValues {
  return {
    username: readText(data, "username").trim(),
    email: readText(data, "email").trim(),
    password: readText(data, "password"),
  };
}

/** Only what needs no server; names, addresses and passwords are judged there. */
function validateRegistration(
  values: RegisterValues,
  isEmailRequired: boolean,
  texts: Messages["register"],
): FieldErrors<RegisterValues> {
  return {
    ...(values.username === "" && { username: texts.usernameMissing }),
    ...(isEmailRequired && values.email === "" && { email: texts.emailMissing }),
    ...(values.password === "" && { password: texts.passwordMissing }),
  };
}
