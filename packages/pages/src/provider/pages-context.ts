import { createContext, use, type ReactNode } from "react";

import type { Messages } from "../messages.ts";

import type { Routes } from "./routes.ts";

/** Whose pages these are. */
export interface Brand {
  readonly name: string;
  /** The sign before the name; the chevron when left out. */
  readonly mark?: ReactNode;
}

/** Goes to a path of this app. `replace` leaves no entry in the history. */
export type Navigate = (to: string, options?: { readonly replace?: boolean }) => void;

/** The app that the pages are in, as `<PagesProvider>` tells it. */
export interface Pages {
  readonly navigate: Navigate;
  readonly brand: Brand;
  readonly routes: Routes;
  readonly messages: Messages;
  readonly locale: string | undefined;
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
