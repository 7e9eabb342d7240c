import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { createSessionClient, createStore, type SessionClient } from "@countersign/client";
import { PagesProvider } from "@countersign/pages";
import { SessionProvider } from "@countersign/react";

export interface PagesOfNobodyProps {
  readonly queries: QueryClient;
  readonly children: ReactNode;
}

/** What the pages need around them, where it is not known who is there and nothing asks the server. */
export function PagesOfNobody({ queries, children }: PagesOfNobodyProps) {
  return (
    <SessionProvider client={nobody} queryClient={queries}>
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
