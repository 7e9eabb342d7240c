import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { createTRPCReact } from "@trpc/react-query";
import { type ReactNode, StrictMode } from "react";

import { type FixtureRouter, startFixture } from "@countersign/client/test";

import { SessionProvider } from "../index.ts";

export const api = createTRPCReact<FixtureRouter>();

/** Components on a server of their own with three tasks, signed in as ann. */
export async function openTaskApp(children: ReactNode) {
  const fixture = await startFixture();
  for (const [rank, title] of ["a", "b", "c"].entries()) fixture.state.setTask({ id: `${rank + 1}`, title, rank });
  const tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 60_000 } } });
  const apiClient = api.createClient({ links: tab.client.links() });
  const wrap = (inner: ReactNode) => (
    <StrictMode>
      <SessionProvider client={tab.client} queryClient={queryClient}>
        <api.Provider client={apiClient} queryClient={queryClient}>
          <QueryClientProvider client={queryClient}>{inner}</QueryClientProvider>
        </api.Provider>
      </SessionProvider>
    </StrictMode>
  );
  const view = render(wrap(children));

  return {
    ...fixture,
    tab,
    queryClient,
    text: () => view.container.textContent,
    show: (next: ReactNode) => view.rerender(wrap(next)),
    async [Symbol.asyncDispose]() {
      view.unmount();
      tab.client.close();
      queryClient.clear();
      await fixture[Symbol.asyncDispose]();
    },
  };
}
