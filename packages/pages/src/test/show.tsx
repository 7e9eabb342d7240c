import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";

import type { AuthConfig } from "@countersign/contract";
import { SessionProvider } from "@countersign/react";

import { authConfigKey } from "../config/use-auth-config.ts";
import type { Navigate } from "../provider/pages-context.ts";
import { PagesProvider, type PagesProviderProps } from "../provider/pages-provider.tsx";

import { createFakeSession, type FakeSession, usualSite } from "./fake-session.ts";

export interface ShowOptions extends Partial<Omit<PagesProviderProps, "children" | "navigate">> {
  readonly session?: FakeSession;
  /** What the site is known to allow, where that differs from the usual; null when it is yet to be asked. */
  readonly site?: Partial<AuthConfig> | null;
}

/** Shows a page as an app does; `navigate` records where it would have gone. */
export function show(page: ReactNode, { session = createFakeSession(), site, ...pages }: ShowOptions = {}) {
  const navigate = vi.fn<Navigate>();
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false, gcTime: Infinity } } });
  if (site !== null) queries.setQueryData(authConfigKey, { ...usualSite, ...site });

  const rendered = render(
    <SessionProvider client={session.client} queryClient={queries}>
      <QueryClientProvider client={queries}>
        <PagesProvider locale="en" brand={countersign} navigate={navigate} {...pages}>
          {page}
        </PagesProvider>
      </QueryClientProvider>
    </SessionProvider>,
  );
  return { ...rendered, session, navigate };
}

const countersign = { name: "Countersign" };
