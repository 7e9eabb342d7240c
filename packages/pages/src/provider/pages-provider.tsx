import { useMemo, type ReactNode } from "react";

import { englishMessages, overrideMessages, type MessageOverrides } from "../messages.ts";
import { ToasterProvider } from "../primitives/toaster.tsx";

import { PagesContext, type Brand, type Navigate, type Pages } from "./pages-context.ts";
import { defaultRoutes, type Routes } from "./routes.ts";

export interface PagesProviderProps {
  /** Called for every navigation the pages make: connect it to the app's router. */
  readonly navigate: Navigate;
  readonly brand?: Brand;
  /** Where the pages are mounted, when not at their usual paths. */
  readonly routes?: Partial<Routes>;
  /** A whole catalogue in another language, or single texts to change. */
  readonly messages?: MessageOverrides;
  /** For dates and numbers, a BCP 47 tag. The browser's when left out. */
  readonly locale?: string;
  readonly children: ReactNode;
}

/** What the pages need to know of the app they are in. It stands inside `<SessionProvider>`. */
export function PagesProvider(props: PagesProviderProps) {
  const { navigate, brand = countersign, routes, messages, locale, children } = props;
  const pages = useMemo<Pages>(
    () => ({
      navigate,
      brand,
      routes: { ...defaultRoutes, ...routes },
      messages: messages ? overrideMessages(englishMessages, messages) : englishMessages,
      locale,
    }),
    [navigate, brand, routes, messages, locale],
  );

  return (
    <PagesContext value={pages}>
      <ToasterProvider>{children}</ToasterProvider>
    </PagesContext>
  );
}

const countersign: Brand = { name: "Countersign" };
