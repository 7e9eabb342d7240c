import { Notice } from "../primitives/notice.tsx";
import { usePages } from "../provider/pages-context.ts";

import { describeCallError } from "./describe-call-error.ts";

/** Why the last attempt to send a form failed, in one line above its fields; nothing when it did not. */
export function FormFailure({ failure }: { readonly failure: unknown }) {
  const { messages, locale } = usePages();
  if (failure === null) return null;

  return <Notice tone="danger">{describeCallError(failure, messages, locale)}</Notice>;
}
