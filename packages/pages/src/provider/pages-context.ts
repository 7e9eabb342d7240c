import { createContext, use, type ReactNode } from "react";

import type { LanguageChoice } from "../language/use-language-choice.ts";
import type { Messages } from "../messages.ts";

import type { PageCalls } from "./page-calls.ts";
import type { PageSettings } from "./page-settings.ts";
import type { PageSlots } from "./page-slots.ts";
import type { Routes } from "./routes.ts";
import type { Departure } from "./use-departure.ts";

/** Whose pages these are. */
export interface Brand {
  /** Stands above the forms and in the window's name; empty for neither. */
  readonly name: string;
  /** The sign before the name. */
  readonly mark?: ReactNode;
}

/** Goes to a path of this app. `replace` leaves no entry in the history. */
export type Navigate = (to: string, options?: { readonly replace?: boolean }) => void;

/** The app that the pages are in, as `<PagesProvider>` tells it. */
export interface Pages extends Departure {
  readonly navigate: Navigate;
  readonly brand: Brand;
  readonly routes: Routes;
  readonly settings: PageSettings;
  readonly slots: PageSlots;
  /** What the pages ask the server, with the app's hooks around it. */
  readonly calls: PageCalls;
  readonly language: LanguageChoice;
  /** The texts in the language in use. */
  readonly messages: Messages;
  /** For dates and numbers. */
  readonly locale: string;
}

export const PagesContext = createContext<Pages | null>(null);

/** @throws outside a `<PagesProvider>`. */
export function usePages(): Pages {
  const pages = use(PagesContext);
  if (!pages) throw new Error("This component needs a <PagesProvider> above it.");
  return pages;
}

/** The catalogue in use. */
export function useMessages(): Messages {
  return usePages().messages;
}
