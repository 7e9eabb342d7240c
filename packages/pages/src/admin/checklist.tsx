import { useState, type ReactNode } from "react";

import { readErrorData } from "@countersign/client";

import { FormActions } from "../account/form-actions.tsx";
import { FormFailure } from "../form/form-failure.tsx";
import { useForm } from "../form/use-form.ts";
import { Checkbox } from "../primitives/checkbox.tsx";
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
  readonly options: readonly ChecklistOption[];
  readonly selected: readonly string[];
  /** Of what `selected` was read from. */
  readonly version: number;
  readonly save: (selected: readonly string[], version: number) => Promise<void>;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

/**
 * A set that is changed as a whole. It stands as it was when it was opened; when others changed it meanwhile, saving says
 * so, and it begins again from what is there now: a set written over another one would undo what nobody saw.
 */
export function Checklist(props: ChecklistProps) {
  const [opened, setOpened] = useState({ selected: props.selected, version: props.version });
  const [failure, setFailure] = useState<unknown>(null);

  function refused(error: unknown) {
    setFailure(error);
    if (readErrorData(error)?.reason === "VERSION_CONFLICT") {
      setOpened({ selected: props.selected, version: props.version });
    }
  }

  return (
    <>
      <FormFailure failure={failure} />
      <Choices key={opened.version} {...props} {...opened} onRefused={refused} />
    </>
  );
}

function Choices(props: ChecklistProps & { readonly onRefused: (error: unknown) => void }) {
  const { label, options, selected, version, save, onDone, onCancel, onRefused } = props;
  const { common } = usePages().messages;
  const fixed = options.filter(({ value, isFixed }) => isFixed && selected.includes(value)).map(({ value }) => value);
  const { isBusy, formProps } = useForm<{ readonly chosen: readonly string[] }, void>({
    read: (data) => ({ chosen: [...data.getAll("chosen").filter((value) => typeof value === "string"), ...fixed] }),
    async submit({ chosen }) {
      try {
        await save(chosen, version);
      } catch (error) {
        onRefused(error);
        throw error;
      }
    },
    onDone,
  });

  return (
    <form className="cs-form cs-form--wide" aria-label={label} {...formProps}>
      <ul className="cs-checklist">
        {options.map(({ value, label: text, note, isFixed }) => (
          <li key={value}>
            <Checkbox
              name="chosen"
              value={value}
              defaultChecked={selected.includes(value)}
              disabled={isFixed}
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
