import { useState } from "react";

import { readErrorData } from "@countersign/client";

import { readText } from "../form/read-text.ts";
import { useForm, type FormState } from "../form/use-form.ts";
import { usePages } from "../provider/pages-context.ts";

import { useLinkToken } from "./use-link-token.ts";

export interface ResetValues {
  readonly password: string;
}

export interface ResetForm extends FormState<ResetValues> {
  /** `invalid`: the link is used up, too old, or was none. A password that is refused leaves the link as it is. */
  readonly stage: "form" | "done" | "invalid";
}

/** Choosing a new password by a mailed link, without its looks. The input is named `password`. */
export function useResetForm(): ResetForm {
  const { messages, calls } = usePages();
  const token = useLinkToken();
  const [ended, setEnded] = useState<{ readonly token: string; readonly stage: "done" | "invalid" } | null>(null);

  const form = useForm<ResetValues, void>({
    read: (data) => ({ password: readText(data, "password") }),
    validate: ({ password }) => (password === "" ? { password: messages.reset.passwordMissing } : {}),
    async submit({ password }) {
      if (token === null) return;
      try {
        await calls.resetPassword({ token, password });
        setEnded({ token, stage: "done" });
      } catch (error) {
        if (readErrorData(error)?.reason !== "LINK_INVALID") throw error;
        setEnded({ token, stage: "invalid" });
      }
    },
    focusOnFailure: "password",
  });

  if (token === null) return { ...form, stage: "invalid" };
  return { ...form, stage: ended?.token === token ? ended.stage : "form" };
}
