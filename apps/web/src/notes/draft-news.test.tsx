import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";

import { openAnn, refusal, tea } from "../test/note-page.tsx";

import { DraftNews } from "./draft-news.tsx";

test("a note that could not be saved is told of on another page, with a way to it", async () => {
  const { drafts, router } = await showAt("/account");

  await failToSave(drafts);
  fireEvent.click(await screen.findByRole("button", { name: "Show" }));

  expect(screen.queryByText(/could not be saved/)).toBeNull();
  await waitFor(() => expect(router.state.location.pathname).toBe("/notes"));
});

test("on the notes page it is not told a second time", async () => {
  const { drafts } = await showAt("/notes");

  await failToSave(drafts);

  expect(drafts.get()[0]?.state.phase).toBe("gone");
  expect(screen.queryByText(/could not be saved/)).toBeNull();
});

test("closing the window asks first while something is not saved", async () => {
  const { drafts } = await showAt("/account");
  expect(leaveWindow().defaultPrevented).toBe(false);

  act(() => drafts.write(drafts.open(null), { title: "Coffee" }));

  expect(leaveWindow().defaultPrevented).toBe(true);
});

async function showAt(path: string) {
  const ann = openAnn();
  ann.update.mockRejectedValue(refusal({ code: "NOT_FOUND" }));

  const root = createRootRoute({ component: DraftNews });
  const children = ["/notes", "/account"].map((page) => createRoute({ getParentRoute: () => root, path: page }));
  const history = createMemoryHistory({ initialEntries: [path] });
  const router = createRouter({ routeTree: root.addChildren(children), history });
  await act(() => router.load());

  render(ann.around(<RouterProvider router={router} />));
  return { drafts: ann.drafts, router };
}

async function failToSave(drafts: Awaited<ReturnType<typeof showAt>>["drafts"]) {
  await act(async () => {
    const id = drafts.open(tea);
    drafts.write(id, { title: "Green tea" });
    await drafts.save(id);
  });
}

function leaveWindow(): Event {
  const event = new Event("beforeunload", { cancelable: true });
  act(() => void window.dispatchEvent(event));
  return event;
}
