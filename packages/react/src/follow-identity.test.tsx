import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { createTRPCReact } from "@trpc/react-query";
import { expect, test, vi } from "vitest";

import { type FixtureRouter, startFixture } from "@countersign/client/test";

import { Authenticated, SessionProvider } from "./index.ts";

const api = createTRPCReact<FixtureRouter>();

test("typed procedures of @trpc/react-query run on the session's links, and the cache is one user's only", async () => {
  await using app = await startApp();
  const { tab, seen, text, queryClient } = app;
  await vi.waitFor(() => expect(text()).toBe("nobody is nobody"));

  await tab.client.auth.login({ login: "ann", password: "right" });
  await vi.waitFor(() => expect(text()).toBe("ann is ann, secret of ann"));
  seen.length = 0;

  await tab.client.auth.login({ login: "bob", password: "right" });
  await vi.waitFor(() => expect(text()).toBe("bob is bob, secret of bob"));
  // Not for one render is an answer to ann shown to bob.
  expect(seen.filter((line) => line.startsWith("bob is ann") || line.startsWith("bob: ann"))).toEqual([]);

  await tab.client.auth.logout();
  await vi.waitFor(() => expect(text()).toBe("nobody is nobody"));
  expect(
    JSON.stringify(
      queryClient
        .getQueryCache()
        .getAll()
        .map((query) => query.state.data),
    ),
  ).not.toContain("bob");
});

test("what is in flight for one user does not land in the cache of the next", async () => {
  await using app = await startApp();
  const { tab, queryClient, fixture } = app;
  await tab.client.auth.login({ login: "ann", password: "right" });
  const late = queryClient.query({
    queryKey: ["late"],
    queryFn: () => tab.rpc.work.held.mutate({ key: "late" }),
    retry: false,
  });
  const failure = late.catch((error: unknown) => error);
  await vi.waitFor(() => expect(fixture.state.executions.get("late")).toBe(1));

  await tab.client.auth.logout();
  fixture.state.release("late");

  await expect(failure).resolves.toBeInstanceOf(Error);
  expect(queryClient.getQueryData(["late"])).toBeUndefined();
});

test("mutations and their variables, such as a typed password, do not outlive the user", async () => {
  await using app = await startApp();
  const { tab, queryClient } = app;
  await tab.client.auth.login({ login: "ann", password: "right" });
  const observer = queryClient.getMutationCache().build(queryClient, { mutationFn: async () => "done" });
  await observer.execute({ secret: "typed" });
  expect(queryClient.getMutationCache().getAll()).toHaveLength(1);

  await tab.client.auth.logout();

  expect(queryClient.getMutationCache().getAll()).toEqual([]);
});

async function startApp() {
  const fixture = await startFixture();
  const tab = fixture.browser.openTab();
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 60_000 } } });
  const apiClient = api.createClient({ links: tab.client.links() });
  const seen: string[] = [];

  function WhoAmI() {
    const line = `${tab.shown} is ${api.work.whoami.useQuery().data ?? "…"}`;
    seen.push(line);
    return line;
  }
  function Secret() {
    const { data } = api.session.me.useQuery();
    const name = data?.isAuthenticated ? data.username : "…";
    seen.push(`${tab.shown}: ${name}`);
    return `, secret of ${name}`;
  }

  const view = render(
    <api.Provider client={apiClient} queryClient={queryClient}>
      <QueryClientProvider client={queryClient}>
        <SessionProvider client={tab.client} queryClient={queryClient}>
          <WhoAmI />
          <Authenticated>
            <Secret />
          </Authenticated>
        </SessionProvider>
      </QueryClientProvider>
    </api.Provider>,
  );
  await tab.shows("nobody");

  return {
    fixture,
    tab,
    queryClient,
    seen,
    text: () => view.container.textContent,
    async [Symbol.asyncDispose]() {
      view.unmount();
      tab.client.close();
      queryClient.clear();
      await fixture[Symbol.asyncDispose]();
    },
  };
}
