import { useLayoutEffect } from "react";

import type { Choice } from "./choose-language.ts";

/** Tells the document its language and its direction: for screen readers, hyphenation, fonts and the whole layout. */
export function useDocumentLanguage({ language }: Choice): void {
  const { tag, direction } = language;
  useLayoutEffect(() => {
    document.documentElement.lang = tag;
    document.documentElement.dir = direction;
  }, [tag, direction]);
}
