import { usePages } from "../provider/pages-context.ts";

export interface FilterProps {
  readonly label: string;
  /** Null stands for all. */
  readonly value: string | null;
  readonly onChange: (value: string | null) => void;
  readonly options: readonly (readonly [value: string, label: string])[];
  /** What choosing nothing is called; null where something is always chosen. */
  readonly none?: string | null;
}

/** One choice that narrows a list down, or orders it. */
export function Filter({ label, value, onChange, options, none }: FilterProps) {
  const { adminList: texts } = usePages().messages;
  return (
    <label className="cs-filter">
      <span className="cs-filter__label">{label}</span>
      <select
        className="cs-input cs-select"
        value={value ?? ""}
        onChange={(event) => onChange(event.currentTarget.value || null)}
      >
        {none !== null && <option value="">{none ?? texts.all}</option>}
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
