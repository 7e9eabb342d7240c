import { readText } from "../form/read-text.ts";
import { useForm, type FormState } from "../form/use-form.ts";
import { usePages } from "../provider/pages-context.ts";

export interface StepUpValues {
  readonly password: string;
}

/** The question for the password, without its looks. The input is named `password`. */
export function useStepUpForm(onDone: () => void): FormState<StepUpValues> {
  const { messages, calls } = usePages();

  return useForm<StepUpValues, void>({
    read: (data) => ({ password: readText(data, "password") }),
    validate: ({ password }) => (password === "" ? { password: messages.stepUp.passwordMissing } : {}),
    submit: ({ password }) => calls.stepUp(password),
    onDone,
    focusOnFailure: "password",
  });
}
