import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";

import { SessionProvider } from "@countersign/react";

import type { Navigate } from "../provider/pages-context.ts";
import { PagesProvider, type PagesProviderProps } from "../provider/pages-provider.tsx";

import { createFakeSession, type FakeSession } from "./fake-session.ts";

export interface ShowOptions extends Partial<Omit<PagesProviderProps, "children" | "navigate">> {
  readonly session?: FakeSession;
}

/** Shows a page as an app does; `navigate` records where it would have gone. */
export function show(page: ReactNode, { session = createFakeSession(), ...pages }: ShowOptions = {}) {
  const navigate = vi.fn<Navigate>();
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });

  const rendered = render(
    <SessionProvider client={session.client} queryClient={queries}>
      <QueryClientProvider client={queries}>
        <PagesProvider locale="en" navigate={navigate} {...pages}>
          {page}
        </PagesProvider>
      </QueryClientProvider>
    </SessionProvider>,
  );
  return { ...rendered, session, navigate };
}
