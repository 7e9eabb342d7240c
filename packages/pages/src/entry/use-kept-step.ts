import { useCallback, useState } from "react";

/**
 * How far somebody has come on a page that asks first and says afterwards what it did. It is kept with this entry of the
 * browser's history, so that a reload does not lead back to an empty form, and nothing of it is in the address or in
 * storage. After an hour it is forgotten: whoever goes back to it then is hardly the one who was there.
 *
 * @param read checks what was kept, which may be of another version of the page; null for what it does not know
 */
export function useKeptStep<Step extends object>(
  name: string,
  read: (kept: Readonly<Record<string, unknown>>) => Step | null,
): readonly [Step | null, (step: Step | null) => void] {
  const [step, setStep] = useState(() => readKept(name, read));
  const keep = useCallback(
    (next: Step | null) => {
      const all: unknown = history.state;
      const kept = { ...readRecord(readRecord(all)?.[stateKey]), [name]: next && { step: next, at: Date.now() } };
      history.replaceState({ ...readRecord(all), [stateKey]: kept }, "");
      setStep(next);
    },
    [name],
  );
  return [step, keep];
}

const stateKey = "countersign";
const keptMs = 60 * 60 * 1000;

function readKept<Step>(name: string, read: (kept: Readonly<Record<string, unknown>>) => Step | null): Step | null {
  const kept = readRecord(readRecord(readRecord(history.state)?.[stateKey])?.[name]);
  const step = readRecord(kept?.["step"]);
  const at = kept?.["at"];
  return step && typeof at === "number" && Date.now() - at < keptMs ? read(step) : null;
}

function readRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
}

/** A step that is about nothing but the address a mail went to. */
export function readSentTo({ email }: Readonly<Record<string, unknown>>): { readonly email: string } | null {
  return typeof email === "string" ? { email } : null;
}
