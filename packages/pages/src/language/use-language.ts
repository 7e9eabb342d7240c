import { usePages } from "../provider/pages-context.ts";

import type { LanguageChoice } from "./use-language-choice.ts";

/** The language in use, those there are, and how to choose another. */
export function useLanguage(): LanguageChoice {
  return usePages().language;
}
