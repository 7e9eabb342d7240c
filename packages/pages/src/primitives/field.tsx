import { useId, type ReactNode } from "react";

import { useMessages } from "../provider/pages-context.ts";

import { Icon } from "./icon.tsx";

/** What a control inside a field must carry, so that its help and its error are read with it. */
export interface ControlProps {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": boolean | undefined;
}

export interface FieldProps {
  readonly label: ReactNode;
  readonly help?: ReactNode;
  /** What is wrong and what to do about it. */
  readonly error?: string | undefined;
  readonly isOptional?: boolean;
  readonly children: (control: ControlProps) => ReactNode;
}

/** A label above, the control, help below, and the error in its place. */
export function Field({ label, help, error, isOptional = false, children }: FieldProps) {
  const messages = useMessages();
  const id = useId();
  const helpId = help ? `${id}-help` : undefined;
  const errorId = error ? `${id}-error` : undefined;
  const describedBy = [errorId, helpId].filter(Boolean).join(" ");

  return (
    <div className="cs-field">
      <label className="cs-field__label" htmlFor={id}>
        {label} {isOptional && <span className="cs-field__optional">{messages.common.optional}</span>}
      </label>
      {children({ id, "aria-describedby": describedBy || undefined, "aria-invalid": error ? true : undefined })}
      {error && (
        <p className="cs-field__error" id={errorId} role="alert">
          <Icon name="alert" />
          {error}
        </p>
      )}
      {help && (
        <p className="cs-field__help" id={helpId}>
          {help}
        </p>
      )}
    </div>
  );
}
