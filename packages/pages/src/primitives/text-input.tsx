import type { ComponentProps } from "react";

import { joinClasses } from "./class-name.ts";

/** A one-line text input in the house look. */
export function TextInput({ className, ...rest }: ComponentProps<"input">) {
  return <input type="text" {...rest} className={joinClasses("cs-input", className)} />;
}

/** A text area in the house look; it grows with its text. */
export function TextArea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea {...rest} className={joinClasses("cs-input", className)} />;
}
