import { type ComponentProps, useState } from "react";

import { TextInput } from "./text-input.tsx";

export interface NumberInputProps extends Omit<ComponentProps<"input">, "value" | "onChange" | "type"> {
  /** Null where nothing stands in it; `NaN` is what stands in it and is no number. */
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
}

/**
 * A field for a number, in which anything can be written on the way to one. Browsers' own (`type="number"`) tell nothing of
 * what they do not understand, so that a half-written "-" is lost.
 */
export function NumberInput({ value, onChange, ...rest }: NumberInputProps) {
  const [written, setWritten] = useState(() => textOf(value));
  // What was written stays as it was written, as long as it means the value.
  const shown = Object.is(read(written), value) ? written : textOf(value);

  return (
    <TextInput
      {...rest}
      inputMode="decimal"
      autoComplete="off"
      value={shown}
      onChange={(event) => {
        setWritten(event.target.value);
        onChange(read(event.target.value));
      }}
    />
  );
}

function read(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}

function textOf(value: number | null): string {
  return value === null || Number.isNaN(value) ? "" : String(value);
}
