import { useState } from "react";

/** A parameter of the address the page was opened with; null when it is not there exactly once. */
export function useQueryParameter(name: string): string | null {
  const [value] = useState(() => {
    const values = new URLSearchParams(globalThis.location?.search ?? "").getAll(name);
    return values.length === 1 ? (values[0] ?? null) : null;
  });
  return value;
}
