import type { Language } from "./language.ts";

/** What is shown: the language of the texts, and the locale of dates and numbers, which may name a region besides. */
export interface Choice {
  readonly language: Language;
  readonly locale: string;
}

/** At least one, the first being what is shown to those who speak none of them. */
export type Languages = readonly [Language, ...Language[]];

/** The first of the wanted tags that one of the languages speaks, exactly or in another region's way. */
export function chooseLanguage(languages: Languages, wanted: ReadonlyArray<string | null>): Choice {
  for (const tag of wanted) {
    const language = tag === null ? null : findLanguage(languages, tag);
    // Dates as in the reader's own region: `en-GB` with English texts writes 31/12.
    if (language && tag !== null) return { language, locale: tag };
  }
  const [language] = languages;
  return { language, locale: language.tag };
}

/** The language that speaks a tag, or null. */
export function findLanguage(languages: readonly Language[], tag: string): Language | null {
  const exact = languages.find((language) => language.tag.toLowerCase() === tag.toLowerCase());
  if (exact) return exact;

  const spoken = speechOf(tag);
  return (spoken && languages.find((language) => speechOf(language.tag) === spoken)) || null;
}

/** `en` of `en-GB`; null of what is no tag, as a stored one may be. */
function speechOf(tag: string): string | null {
  try {
    return new Intl.Locale(tag).language;
  } catch {
    // Not a language tag: then it names no language.
    return null;
  }
}
