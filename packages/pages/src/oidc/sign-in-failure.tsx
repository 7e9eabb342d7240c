import { readErrorData } from "@countersign/client";

import { FormFailure } from "../form/form-failure.tsx";
import { Notice } from "../primitives/notice.tsx";
import { usePages } from "../provider/pages-context.ts";

/** Why a sign-in could not be completed. Only a password was asked for, so only that can be wrong. */
export function SignInFailure({ failure }: { readonly failure: unknown }) {
  const { messages } = usePages();
  if (readErrorData(failure)?.reason !== "INVALID_CREDENTIALS") return <FormFailure failure={failure} />;

  return <Notice tone="danger">{messages.continueSignIn.wrongPassword}</Notice>;
}
