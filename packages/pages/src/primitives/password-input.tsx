import { useEffect, useRef, useState, type ComponentProps } from "react";

import { useMessages } from "../provider/pages-context.ts";

import { Icon } from "./icon.tsx";
import { TextInput } from "./text-input.tsx";

/** A password input that can be looked at. It hides again when its form is sent, so that no browser keeps it as plain text. */
export function PasswordInput(props: Omit<ComponentProps<"input">, "type" | "ref">) {
  const messages = useMessages();
  const input = useRef<HTMLInputElement>(null);
  const [isShown, setIsShown] = useState(false);

  useEffect(() => {
    const form = input.current?.form;
    const hide = () => setIsShown(false);
    form?.addEventListener("submit", hide);
    return () => form?.removeEventListener("submit", hide);
  }, []);

  return (
    <span className="cs-password">
      <TextInput
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        {...props}
        ref={input}
        type={isShown ? "text" : "password"}
      />
      <button
        type="button"
        className="cs-icon-button"
        aria-pressed={isShown}
        aria-label={messages.common.showPassword}
        title={isShown ? messages.common.hidePassword : messages.common.showPassword}
        onClick={() => setIsShown(!isShown)}
      >
        <Icon name={isShown ? "eyeOff" : "eye"} />
      </button>
    </span>
  );
}
