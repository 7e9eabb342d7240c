import { useState, type ReactNode } from "react";

import { readErrorData } from "@countersign/client";

import { FormActions } from "../account/form-actions.tsx";
import { FormFailure } from "../form/form-failure.tsx";
import { readText } from "../form/read-text.ts";
import { useForm } from "../form/use-form.ts";
import { Checkbox } from "../primitives/checkbox.tsx";
import { Field } from "../primitives/field.tsx";
import { TextInput } from "../primitives/text-input.tsx";
import { usePages } from "../provider/pages-context.ts";

export interface ChecklistOption {
  readonly value: string;
  readonly label: ReactNode;
  /** In small beside it, as where else it comes from. */
  readonly note?: ReactNode;
  /** Out of reach: it stays as it is. */
  readonly isFixed?: boolean;
}

export interface ChecklistProps {
  readonly label: string;
  /** The field for the set's name, where it has one. */
  readonly naming?: {
    readonly label: string;
    readonly initial: string;
    /** It stays as it is, for the reason in `help`. */
    readonly isFixed?: boolean;
    readonly help?: string | null;
  };
  readonly options: readonly ChecklistOption[];
  readonly selected: readonly string[];
  /** Of what `selected` was read from. */
  readonly version: number;
  readonly save: (selected: readonly string[], version: number, name: string) => Promise<void>;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

/**
 * A set that is changed as a whole. It stands as it was when it was opened; when others changed it meanwhile, saving says
 * so, and it begins again from what is there now: a set written over another one would undo what nobody saw.
 */
export function Checklist(props: ChecklistProps) {
  const [opened, setOpened] = useState({ selected: props.selected, version: props.version });
  const [conflict, setConflict] = useState<unknown>(null);

  function beginAgain(error: unknown) {
    setConflict(error);
    setOpened({ selected: props.selected, version: props.version });
  }

  return (
    <div className="cs-form">
      <FormFailure failure={conflict} />
      <Choices key={opened.version} {...props} {...opened} onConflict={beginAgain} />
    </div>
  );
}

interface Values {
  readonly chosen: readonly string[];
  readonly name: string;
}

function Choices(props: ChecklistProps & { readonly onConflict: (error: unknown) => void }) {
  const { label, naming, options, selected, version, save, onDone, onCancel, onConflict } = props;
  const { common } = usePages().messages;
  const fixed = options.filter(({ value, isFixed }) => isFixed && selected.includes(value)).map(({ value }) => value);
  const { isBusy, errors, failure, formProps } = useForm<Values, void>({
    read: (data) => ({
      chosen: [...data.getAll("chosen").filter((value) => typeof value === "string"), ...fixed],
      name: readText(data, "name").trim(),
    }),
    async submit({ chosen, name }) {
      try {
        await save(chosen, version, name);
      } catch (error) {
        if (isConflict(error)) onConflict(error);
        throw error;
      }
    },
    onDone,
  });

  return (
    <form className="cs-form" aria-label={label} {...formProps}>
      {!isConflict(failure) && <FormFailure failure={failure} />}
      {naming && (
        <Field label={naming.label} help={naming.help} error={errors.name}>
          {(control) => (
            <TextInput
              {...control}
              name="name"
              defaultValue={naming.initial}
              readOnly={naming.isFixed}
              autoComplete="off"
              spellCheck={false}
              dir="auto"
              autoFocus
            />
          )}
        </Field>
      )}
      <ul className="cs-checklist">
        {options.map(({ value, label: text, note, isFixed }, index) => (
          <li key={value}>
            <Checkbox
              name="chosen"
              value={value}
              defaultChecked={selected.includes(value)}
              disabled={isFixed}
              autoFocus={!naming && index === 0}
              label={
                <span>
                  {text} {note && <span className="cs-checklist__note">{note}</span>}
                </span>
              }
            />
          </li>
        ))}
      </ul>
      <FormActions submit={common.save} submitting={common.saving} isBusy={isBusy} onCancel={onCancel} />
    </form>
  );
}

function isConflict(error: unknown): boolean {
  return readErrorData(error)?.reason === "VERSION_CONFLICT";
}
