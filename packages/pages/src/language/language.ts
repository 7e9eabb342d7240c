import { englishMessages, overrideMessages, type MessageOverrides, type Messages } from "../messages.ts";

import { arabicMessages } from "./arabic-messages.ts";

/** A language the pages can be shown in. */
export interface Language {
  /** BCP 47, as in `en` or `pt-BR`. */
  readonly tag: string;
  /** What its speakers call it. */
  readonly name: string;
  readonly direction: "ltr" | "rtl";
  readonly messages: Messages;
}

export const english: Language = { tag: "en", name: "English", direction: "ltr", messages: englishMessages };

export const arabic: Language = { tag: "ar", name: "العربية", direction: "rtl", messages: arabicMessages };

/** The language with some of its texts replaced: `withTexts(english, { login: { title: "Welcome back" } })`. */
export function withTexts(language: Language, texts: MessageOverrides): Language {
  return { ...language, messages: overrideMessages(language.messages, texts) };
}
