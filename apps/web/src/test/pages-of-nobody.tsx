import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { createSessionClient, createStore, type SessionClient } from "@countersign/client";
import { PagesProvider } from "@countersign/pages";
import { SessionProvider } from "@countersign/react";

export interface PagesOfNobodyProps {
  readonly queries: QueryClient;
  /** Default: of nobody. */
  readonly session?: SessionClient;
  readonly children: ReactNode;
}

/** What the pages need around them, where nothing asks a server. */
export function PagesOfNobody({ queries, session = nobody, children }: PagesOfNobodyProps) {
  return (
    <SessionProvider client={session} queryClient={queries}>
      <QueryClientProvider client={queries}>
        <PagesProvider locale="en" navigate={() => {}}>
          {children}
        </PagesProvider>
      </QueryClientProvider>
    </SessionProvider>
  );
}

const nobody: SessionClient = {
  ...createSessionClient({ url: "http://localhost", channel: null }),
  snapshot: createStore({ status: "loading" }),
};
