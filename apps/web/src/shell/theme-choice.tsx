import { describeCallError, usePages, useToast } from "@countersign/pages";
import { useSessionData } from "@countersign/react";

import { useAppMessages } from "../messages/app-messages.ts";

/** The choice of theme. It is kept with the session, so every open window follows. */
export function ThemeChoice() {
  const [theme, setTheme] = useSessionData("theme");
  const { theme: texts } = useAppMessages();
  const { messages, locale } = usePages();
  const show = useToast();

  async function choose(next: typeof theme) {
    try {
      await setTheme(next);
    } catch (error) {
      show({ text: `${texts.failed} ${describeCallError(error, messages, locale)}` });
    }
  }

  return (
    <div className="shell__themes" role="group" aria-label={texts.label}>
      {([null, "light", "dark"] as const).map((choice) => (
        <button
          key={choice ?? "system"}
          type="button"
          className="shell__theme"
          aria-pressed={theme === choice}
          onClick={() => void choose(choice)}
        >
          {texts[choice ?? "system"]}
        </button>
      ))}
    </div>
  );
}
