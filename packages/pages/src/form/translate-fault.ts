import { findFieldFault, type FieldFaultName } from "@countersign/contract";

import type { Messages } from "../messages.ts";

/** What the server says of a field, in the page's language; a sentence of the app's own server stays as it came. */
export function translateFault(sentence: string, faults: Messages["faults"]): string {
  const fault = findFieldFault(sentence);
  if (fault === null) return sentence;

  const text: string | ((count: number) => string) = faults[fault.name satisfies FieldFaultName];
  return typeof text === "string" ? text : text(fault.count ?? 0);
}
