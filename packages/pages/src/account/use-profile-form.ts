import { readText } from "../form/read-text.ts";
import { useForm, type FormState } from "../form/use-form.ts";
import { usePages } from "../provider/pages-context.ts";

export interface ProfileValues {
  readonly firstName: string;
  readonly lastName: string;
}

export type ProfileForm = FormState<ProfileValues>;

/** The names on the account, without their looks. The names of the inputs are the keys of `ProfileValues`. */
export function useProfileForm(onDone: () => void): ProfileForm {
  const { calls } = usePages();
  return useForm<ProfileValues, void>({
    read: (data) => ({ firstName: readText(data, "firstName").trim(), lastName: readText(data, "lastName").trim() }),
    submit: (values) => calls.updateProfile(values),
    onDone,
  });
}
