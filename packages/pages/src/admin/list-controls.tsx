import { useEffect, useRef, type ReactNode } from "react";

import { TextInput } from "../primitives/text-input.tsx";
import { usePages } from "../provider/pages-context.ts";

export interface ListControlsProps {
  readonly search: string | null;
  /** Told a moment after the last key. */
  readonly onSearch: (text: string | null) => void;
  /** What can be searched for, as a hint. */
  readonly placeholder: string;
  /** `<Filter>`s. */
  readonly children?: ReactNode;
}

/** What a list is narrowed down by. */
export function ListControls({ search, onSearch, placeholder, children }: ListControlsProps) {
  const { adminList: texts } = usePages().messages;
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  // Going back in the browser's history shows what was searched for then; never over what is being typed.
  useEffect(() => {
    if (input.current && input.current !== document.activeElement) input.current.value = search ?? "";
  }, [search]);
  useEffect(() => () => clearTimeout(timer.current), []);

  function tell() {
    clearTimeout(timer.current);
    onSearch(input.current?.value.trim() || null);
  }

  return (
    <form
      className="cs-filters"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        tell();
      }}
    >
      <label className="cs-filter cs-filter--search">
        <span className="cs-filter__label">{texts.search}</span>
        <TextInput
          ref={input}
          type="search"
          name="search"
          placeholder={placeholder}
          defaultValue={search ?? ""}
          maxLength={100}
          dir="auto"
          autoComplete="off"
          spellCheck={false}
          onInput={() => {
            clearTimeout(timer.current);
            timer.current = setTimeout(tell, settleMs);
          }}
        />
      </label>
      {children}
    </form>
  );
}

/** Long enough that a word is asked for once, short enough to feel at once. */
const settleMs = 250;
