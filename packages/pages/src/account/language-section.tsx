import { LanguageSelect } from "../language/language-switch.tsx";
import { Field } from "../primitives/field.tsx";
import { usePages } from "../provider/pages-context.ts";

/** The language of the pages and of the mails; nothing where there is only one. */
export function LanguageSection() {
  const { messages, language } = usePages();
  const texts = messages.language;
  if (language.languages.length < 2) return null;

  return (
    <section className="cs-section" aria-labelledby="cs-language">
      <div className="cs-section__head">
        <h2 className="cs-section__title" id="cs-language">
          {texts.title}
        </h2>
      </div>
      <div className="cs-panel">
        <Field label={texts.label} help={texts.lead}>
          {({ id, "aria-describedby": describedBy }) => (
            <LanguageSelect id={id} aria-describedby={describedBy} className="cs-input cs-select" />
          )}
        </Field>
      </div>
    </section>
  );
}
