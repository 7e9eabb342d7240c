import { useMemo, type ReactNode } from "react";

import { useSessionClient } from "@countersign/react";

import type { Languages } from "../language/choose-language.ts";
import { english, withTexts } from "../language/language.ts";
import { useDocumentLanguage } from "../language/use-document-language.ts";
import { useLanguageChoice } from "../language/use-language-choice.ts";
import { SwitchNews } from "../login/switch-news.tsx";
import type { MessageOverrides } from "../messages.ts";
import { ToasterProvider } from "../primitives/toaster.tsx";
import { StepUpProvider } from "../step-up/step-up-provider.tsx";

import { createPageCalls } from "./page-calls.ts";
import type { PageHooks } from "./page-hooks.ts";
import { defaultPageSettings, type PageSettings } from "./page-settings.ts";
import type { PageSlots } from "./page-slots.ts";
import { PagesContext, type Brand, type Navigate, type Pages } from "./pages-context.ts";
import { defaultRoutes, type Routes } from "./routes.ts";
import { useDeparture } from "./use-departure.ts";

export interface PagesProviderProps {
  /** Called for every navigation the pages make: connect it to the app's router. */
  readonly navigate: Navigate;
  /** Goes to a page of another site: an identity provider's. The same function at every render. Default: the browser goes there. */
  readonly onLeave?: (url: string) => void;
  readonly brand?: Brand;
  /** Where the pages are mounted, when not at their usual paths. */
  readonly routes?: Partial<Routes>;
  readonly settings?: Partial<PageSettings>;
  /** The languages to choose from, the first being the usual one. English alone when left out. */
  readonly languages?: Languages;
  /** Single texts to change, in the first of the languages. `withTexts` changes them in any. */
  readonly messages?: MessageOverrides;
  /** Decides the language, and how dates are written, whatever the person chose: a BCP 47 tag. */
  readonly locale?: string | undefined;
  /** What the app puts into the pages, by page. */
  readonly slots?: PageSlots;
  /** What the app does around the pages' calls, by call. The same object at every render, as all of these. */
  readonly hooks?: PageHooks;
  readonly children: ReactNode;
}

/**
 * What the pages need to know of the app they are in. It stands inside `<SessionProvider>`, sets the document's language
 * and direction, shows toasts, and asks for the password when a call needs it (`client.onReauth`).
 */
export function PagesProvider(props: PagesProviderProps) {
  const { navigate, onLeave, brand = noBrand, routes: ownRoutes, settings, messages, locale, children } = props;
  const { languages: given = onlyEnglish, slots = nothing, hooks = nothing } = props;
  const client = useSessionClient();
  const languages = useMemo(() => changeFirst(given, messages), [given, messages]);
  const language = useLanguageChoice(languages, locale ?? null);
  useDocumentLanguage(language);
  const { leave, isLeaving, isOver } = useDeparture(onLeave);

  const pages = useMemo<Pages>(() => {
    const routes = { ...defaultRoutes, ...ownRoutes };
    return {
      navigate,
      leave,
      isLeaving,
      brand,
      routes,
      settings: { ...defaultPageSettings(routes), ...settings },
      slots,
      calls: createPageCalls(client, hooks),
      language,
      messages: language.language.messages,
      locale: language.locale,
    };
  }, [navigate, brand, ownRoutes, settings, slots, hooks, language, client, leave, isLeaving]);

  return (
    <PagesContext value={pages}>
      <ToasterProvider>
        <SwitchNews />
        <StepUpProvider>{isOver ? null : children}</StepUpProvider>
      </ToasterProvider>
    </PagesContext>
  );
}

const noBrand: Brand = { name: "" };
const nothing = {};
const onlyEnglish: Languages = [english];

function changeFirst(languages: Languages, messages: MessageOverrides | undefined): Languages {
  const [first, ...others] = languages;
  return messages ? [withTexts(first, messages), ...others] : languages;
}
