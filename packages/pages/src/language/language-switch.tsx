import { describeCallError } from "../form/describe-call-error.ts";
import { Icon } from "../primitives/icon.tsx";
import { useToast } from "../primitives/toaster.tsx";
import { usePages } from "../provider/pages-context.ts";

import { findLanguage } from "./choose-language.ts";

/** The language, to be chosen from those there are, in one small line; nothing where there is only one. */
export function LanguageSwitch() {
  const { messages, language } = usePages();
  if (language.languages.length < 2) return null;

  return (
    <span className="cs-language">
      <Icon name="globe" />
      <LanguageSelect className="cs-language__select" aria-label={messages.language.label} />
    </span>
  );
}

interface LanguageSelectProps {
  readonly id?: string;
  readonly className: string;
  readonly "aria-label"?: string;
  readonly "aria-describedby"?: string | undefined;
}

/** The choice itself. Each language is called what its speakers call it. */
export function LanguageSelect(props: LanguageSelectProps) {
  const { language, messages, locale } = usePages();
  const showToast = useToast();
  const { languages, chosen, automatic, choose } = language;

  async function change(tag: string | null) {
    try {
      await choose(tag);
    } catch (error) {
      // In the language that was chosen, which is the one on the page by now.
      const { messages: texts } = (tag === null ? null : findLanguage(languages, tag)) ?? automatic.language;
      showToast({ text: `${texts.language.failed} ${describeCallError(error, texts, locale)}` });
    }
  }

  return (
    <select {...props} value={chosen ?? ""} onChange={(event) => void change(event.currentTarget.value || null)}>
      <option value="">{messages.language.automatic(automatic.language.name)}</option>
      {languages.map(({ tag, name }) => (
        <option key={tag} value={tag} lang={tag}>
          {name}
        </option>
      ))}
    </select>
  );
}
