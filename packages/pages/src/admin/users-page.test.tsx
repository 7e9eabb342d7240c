import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { bobsId, userRow } from "../test/admin-rows.ts";
import { createFakeSession, type FakeSession, refusal } from "../test/fake-session.ts";
import { show } from "../test/show.tsx";

import { AdminArea } from "./admin-area.tsx";

test("each account is a row that leads to it and changes in place", async () => {
  const { session, navigate } = showUsers();
  push(session, [userRow(), userRow({ id: "2", username: "eve", isActive: false, isStaff: true })]);

  fireEvent.click(screen.getByRole("link", { name: "bob" }));
  expect(navigate).toHaveBeenCalledWith(`/admin/users/${bobsId}`);
  expect(texts()).toEqual([expect.stringContaining("bob@example.com"), expect.stringMatching(/eve.*Inactive.*Staff/)]);

  push(session, [userRow({ version: 2, username: "bobby", email: null, groups: [{ id: "g", name: "crew" }] })]);
  expect(texts()).toEqual([expect.stringMatching(/bobby.*crew/)]);
  expect(await screen.findByText("2 users")).toBeTruthy();
});

test("what is searched, filtered, ordered and paged for is what the address says", () => {
  const { session } = showUsers({ search: "bo", is: "inactive", order: "-createdAt", cursor: "c1" });

  expect(session.admin.watched()).toEqual([
    {
      path: "admin.user.live",
      input: { search: "bo", isActive: false, order: "-createdAt", cursor: "c1" },
    },
  ]);
});

test("what an address has no business with is not asked of the server", () => {
  const { session } = showUsers({ order: "password", is: "1 or 1", group: "../x", limit: "1000000" });

  expect(session.admin.watched()).toEqual([{ path: "admin.user.live", input: {} }]);
});

test("a search goes into the address when the typing has stopped, keeps the filter and begins at the first page", async () => {
  const { navigate } = showUsers({ is: "staff", cursor: "c1" });

  fireEvent.input(screen.getByRole("searchbox"), { target: { value: "b" } });
  fireEvent.input(screen.getByRole("searchbox"), { target: { value: "bo " } });
  await waitFor(() => expect(navigate).toHaveBeenCalled());
  expect(navigate.mock.calls).toEqual([["/admin/users?search=bo&is=staff", { replace: true }]]);
});

test("a filter goes into the address at once, and choosing all takes it out", () => {
  const { navigate } = showUsers({ is: "staff", search: "bo" });

  fireEvent.change(screen.getByRole("combobox", { name: "Show" }), { target: { value: "inactive" } });
  fireEvent.change(screen.getByRole("combobox", { name: "Show" }), { target: { value: "" } });
  expect(navigate.mock.calls.map(([to]) => to)).toEqual([
    "/admin/users?search=bo&is=inactive",
    "/admin/users?search=bo",
  ]);
});

test("the next page is a link with the filter in it, and there is a way back to the first", async () => {
  const { session } = showUsers({ is: "staff", cursor: "c1" });
  push(session, [userRow()]);

  expect((await screen.findByRole("link", { name: "Next page" })).getAttribute("href")).toBe(
    "/admin/users?is=staff&cursor=c2",
  );
  expect(screen.getByRole("link", { name: "First page" }).getAttribute("href")).toBe("/admin/users?is=staff");
});

test("who has come by them page by page goes back by one; the next user does not find the way they came", async () => {
  const session = signedIn({ isSuperuser: true });
  session.admin.call.mockImplementation(async (path, input) => {
    const { cursor } = input as { readonly cursor?: string };
    const next = new Map([
      [undefined, "c2"],
      ["c2", "c3"],
    ]);
    return { rows: [], total: 3, nextCursor: path === "admin.user.list" ? (next.get(cursor) ?? null) : null };
  });
  async function visit(cursor: string | null, links: readonly string[]) {
    const search = { is: "staff", ...(cursor !== null && { cursor }) };
    const { unmount } = show(<AdminArea path="users" search={search} />, { session });
    push(session, [userRow()]);
    await waitFor(() => {
      const shown = within(screen.getByRole("navigation", { name: "Pages" })).getAllByRole("link");
      expect(shown.map((link) => `${link.textContent}: ${link.getAttribute("href")}`)).toEqual(links);
    });
    unmount();
  }
  const first = "/admin/users?is=staff";

  await visit("c3", [`First page: ${first}`]);
  await visit(null, [`Next page: ${first}&cursor=c2`]);
  await visit("c2", [`First page: ${first}`, `Next page: ${first}&cursor=c3`]);
  await visit("c3", [`First page: ${first}`, `Previous page: ${first}&cursor=c2`]);

  session.tell("switched", false);
  await visit("c3", [`First page: ${first}`]);
});

test("a new account is made in place and led to; what the server finds wrong stands at its field", async () => {
  const { session, navigate } = showUsers();
  fireEvent.click(screen.getByRole("button", { name: "New user" }));
  fireEvent.input(screen.getByLabelText("Username"), { target: { value: "eve" } });
  fireEvent.input(screen.getByLabelText(/^Email/), { target: { value: "eve@example.com" } });
  session.admin.call.mockRejectedValueOnce(
    refusal({ code: "BAD_REQUEST", reason: "INVALID_FIELDS", fields: { username: ["This username is taken."] } }),
  );
  fireEvent.click(screen.getByRole("button", { name: "Create user" }));
  expect((await screen.findByRole("alert")).textContent).toBe("This username is taken.");

  session.admin.call.mockResolvedValueOnce({ id: bobsId });
  fireEvent.click(screen.getByRole("button", { name: "Create user" }));
  await waitFor(() => expect(navigate).toHaveBeenCalledWith(`/admin/users/${bobsId}`));
  expect(session.admin.call).toHaveBeenLastCalledWith("admin.user.create", {
    username: "eve",
    email: "eve@example.com",
  });
});

test("those who may only look are offered nothing else", () => {
  showUsers({}, { isSuperuser: false, isStaff: true, permissions: ["users.view"] });

  expect(screen.getByRole("heading", { name: "Users" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "New user" })).toBeNull();
});

test.each([
  ["without the permission", { isStaff: true, permissions: ["users.change"] }],
  ["with the permission, but no staff", { isStaff: false, permissions: ["users.view"] }],
])("people %s see that they may not, and nothing is asked for them", (_who, user) => {
  const { session } = showUsers({}, { isSuperuser: false, ...user });

  expect(screen.getByRole("heading", { name: "You do not have access to this page" })).toBeTruthy();
  expect(session.admin.watched()).toEqual([]);
});

test("a permission that is taken away takes the page away at once", () => {
  const { session } = showUsers({}, { isSuperuser: false, isStaff: true, permissions: ["users.view"] });
  push(session, [userRow()]);

  act(() => session.signIn({ isStaff: true, permissions: [], version: 3 }));
  expect(screen.queryByText("bob")).toBeNull();
  expect(session.admin.watched()).toEqual([]);
});

test("a list that cannot be read says so and can be asked for again", () => {
  const { session } = showUsers();
  act(() => session.admin.refuse("admin.user.live", refusal({ code: "FORBIDDEN" })));

  expect(screen.getByRole("alert").textContent).toContain("This list could not be loaded.");
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  push(session, []);
  expect(screen.getByText("Nothing found")).toBeTruthy();
});

test("an address that is none of these pages is not there", () => {
  const session = signedIn({ isSuperuser: true });
  for (const path of ["users/not-an-id", "users/", "nothing", `users/${bobsId}/more`]) {
    const { unmount } = show(<AdminArea path={path} search={{}} />, { session });
    const isThere = path === "users/";
    expect(screen.queryByRole("heading", { name: "This page does not exist" }) === null, path).toBe(isThere);
    unmount();
  }
});

function signedIn(user: Parameters<FakeSession["signIn"]>[0]) {
  const session = createFakeSession();
  session.signIn(user);
  session.admin.call.mockImplementation(async (path) =>
    path === "admin.group.list" ? { rows: [], total: 0, nextCursor: null } : { rows: [], total: 2, nextCursor: "c2" },
  );
  return session;
}

function showUsers(
  search: Record<string, string> = {},
  user: Parameters<FakeSession["signIn"]>[0] = { isSuperuser: true },
) {
  return show(<AdminArea path="users" search={search} />, { session: signedIn(user) });
}

function push(session: FakeSession, rows: Parameters<FakeSession["admin"]["push"]>[1]) {
  act(() => session.admin.push("admin.user.live", rows));
}

function texts() {
  return screen
    .getAllByRole("listitem")
    .filter(({ className }) => className === "cs-row")
    .map((row) => row.textContent);
}
