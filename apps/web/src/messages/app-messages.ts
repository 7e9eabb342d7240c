import { useLanguage } from "@countersign/pages";

import { arabicMessages } from "./arabic.ts";
import { englishMessages, type AppMessages } from "./english.ts";

/** The app's own texts, in the language that is chosen. */
export function useAppMessages(): AppMessages {
  return messagesIn(useLanguage().language.tag);
}

/** The same outside React, in the language of the page as it is now. */
export function presentMessages(): AppMessages {
  return messagesIn(document.documentElement.lang);
}

function messagesIn(tag: string): AppMessages {
  return tag === "ar" ? arabicMessages : englishMessages;
}
