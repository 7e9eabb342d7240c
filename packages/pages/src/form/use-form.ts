import { useEffect, useRef, useState, type InputEvent, type SubmitEvent, type RefObject } from "react";

import { readErrorData } from "@countersign/client";

import type { Messages } from "../messages.ts";
import { useMessages } from "../provider/pages-context.ts";

import { translateFault } from "./translate-fault.ts";

/** What is wrong with the fields, by their names. */
export type FieldErrors<Values> = { readonly [Name in keyof Values & string]?: string };

export interface FormOptions<Values, Result> {
  /** Reads the values out of the form. */
  readonly read: (data: FormData) => Values;
  /** What can be told without asking the server. */
  readonly validate?: (values: Values) => FieldErrors<Values>;
  readonly submit: (values: Values) => Promise<Result>;
  readonly onDone?: (result: Result) => void;
  /** The field to go to when the server refuses without naming one. */
  readonly focusOnFailure?: keyof Values & string;
}

export interface FormState<Values> {
  readonly isBusy: boolean;
  readonly errors: FieldErrors<Values>;
  /** Why the last attempt failed, when no field is to blame; null when it did not. */
  readonly failure: unknown;
  /** To be spread on the `<form>`. */
  readonly formProps: {
    readonly ref: RefObject<HTMLFormElement | null>;
    readonly noValidate: true;
    readonly onSubmit: (event: SubmitEvent<HTMLFormElement>) => void;
    readonly onInput: (event: InputEvent<HTMLFormElement>) => void;
  };
}

/**
 * A form whose text lives in its inputs, so that nothing that happens while it is sent can lose it. Errors of fields come
 * from `validate` and from the server's `data.fields`; the first invalid one takes the focus, and each goes away when its
 * field is edited. While busy, sending again does nothing.
 */
export function useForm<Values extends object, Result>(options: FormOptions<Values, Result>): FormState<Values> {
  const { faults } = useMessages();
  const form = useRef<HTMLFormElement>(null);
  const isSending = useRef(false);
  const [outcome, setOutcome] = useState<Outcome<Values>>(untouched);
  const [isBusy, setIsBusy] = useState(false);

  // Only a new outcome moves the focus, and only after its errors are on the page for a screen reader to find.
  const { focusOn } = outcome;
  useEffect(() => {
    if (focusOn) focusFirst(form.current, focusOn);
  }, [focusOn]);

  async function send(values: Values) {
    const invalid = definedEntries(options.validate?.(values) ?? {});
    if (Object.keys(invalid).length > 0) return setOutcome(refusedFields(invalid));

    isSending.current = true;
    setIsBusy(true);
    try {
      const result = await options.submit(values);
      setOutcome(untouched);
      options.onDone?.(result);
    } catch (error) {
      setOutcome(readOutcome(error, Object.keys(values), faults, options.focusOnFailure));
    } finally {
      isSending.current = false;
      setIsBusy(false);
    }
  }

  function onSubmit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isSending.current) return;
    void send(options.read(new FormData(event.currentTarget)));
  }

  function onInput(event: InputEvent<HTMLFormElement>) {
    const name = event.target instanceof HTMLInputElement ? event.target.name : null;
    if (!name || !(name in outcome.errors)) return;
    const { [name as keyof Values & string]: _edited, ...errors } = outcome.errors;
    setOutcome({ ...outcome, errors: errors as FieldErrors<Values>, focusOn: null });
  }

  return {
    isBusy,
    errors: outcome.errors,
    failure: outcome.failure,
    formProps: { ref: form, noValidate: true, onSubmit, onInput },
  };
}

interface Outcome<Values> {
  readonly errors: FieldErrors<Values>;
  readonly failure: unknown;
  /** The names of the fields that want the focus, in any order. A new array for each attempt. */
  readonly focusOn: readonly string[] | null;
}

const untouched = { errors: {}, failure: null, focusOn: null };

function refusedFields<Values>(errors: FieldErrors<Values>): Outcome<Values> {
  return { errors, failure: null, focusOn: Object.keys(errors) };
}

/** The server's refusal: at the fields it names if the form has them, else as a whole. */
function readOutcome<Values>(
  error: unknown,
  names: readonly string[],
  faults: Messages["faults"],
  focusOnFailure?: string,
): Outcome<Values> {
  const refused = Object.entries(readErrorData(error)?.fields ?? {}).flatMap(([name, texts]) =>
    names.includes(name) && texts.length > 0
      ? [[name, texts.map((text) => translateFault(text, faults)).join(" ")] as const]
      : [],
  );
  // The names were compared with those of the values just above.
  if (refused.length > 0) return refusedFields(Object.fromEntries(refused) as FieldErrors<Values>);
  return { errors: {}, failure: error, focusOn: focusOnFailure ? [focusOnFailure] : null };
}

function definedEntries<Values>(errors: FieldErrors<Values>): FieldErrors<Values> {
  // Takes entries away only.
  return Object.fromEntries(Object.entries(errors).filter(([, text]) => text)) as FieldErrors<Values>;
}

/** "First" as the person sees them: in the order of the form. */
function focusFirst(form: HTMLFormElement | null, names: readonly string[]): void {
  const controls = [...(form?.elements ?? [])];
  const first = controls.find((control) => control instanceof HTMLInputElement && names.includes(control.name));
  if (first instanceof HTMLInputElement) first.focus();
}
