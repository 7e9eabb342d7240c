import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import type { AdminUser } from "@countersign/contract";

import { adminIdentity, adminUser, bobsId, only, userRow } from "../test/admin-rows.ts";
import { createFakeSession, type FakeSession, refusal } from "../test/fake-session.ts";
import { show, type ShowOptions } from "../test/show.tsx";

import { AdminArea } from "./admin-area.tsx";

const stale = refusal({ code: "CONFLICT", reason: "VERSION_CONFLICT" });

test("what somebody may is listed with where it comes from, and changes as it is changed elsewhere", async () => {
  const { session, become } = await showUser({
    permissions: ["notes.view", "users.view"],
    inherited: [{ permission: "users.view", groups: ["crew"] }],
    groups: [{ id: "g1", name: "crew" }],
  });
  expect(held()).toEqual(["notes.view given directly", "users.view given directly · through crew"]);

  await become({ version: 2, permissions: [], inherited: [], groups: [] });
  await waitFor(() => expect(held()).toEqual(["None."]));
  expect(session.admin.watched().map(({ path }) => path)).toEqual(["admin.user.live"]);
});

test("permissions are ticked and unticked as a set; what one does not hold one neither gives nor takes", async () => {
  const { session } = await showUser({ permissions: ["notes.view", "audit.view"] });
  fireEvent.click(await screen.findByRole("button", { name: "Change permissions" }));

  expect([box(/^notes.change/).disabled, box(/^notes.change/).checked]).toEqual([true, false]);
  expect([box(/^audit.view/).disabled, box(/^audit.view/).checked]).toEqual([true, true]);
  expect(screen.getAllByText("you do not hold it yourself")).toHaveLength(2);
  fireEvent.click(box(/^notes.view/));
  fireEvent.click(box(/^users.view/));
  fireEvent.click(screen.getByRole("button", { name: "Save" }));

  expect(await screen.findByText("Saved.")).toBeTruthy();
  expect(changes(session)).toEqual([
    ["admin.user.setPermissions", { id: bobsId, permissions: ["users.view", "audit.view"], version: 1 }],
  ]);
});

test("groups are ticked and unticked by who is in them; superusers need not be", async () => {
  const groups = [
    { id: "g1", name: "crew" },
    { id: "g2", name: "guests" },
    { id: "g3", name: "heads" },
  ];
  const staff = {
    isStaff: true,
    permissions: ["users.view", "users.grant", "groups.view"],
    groups: ["crew", "guests"],
  };
  const first = await showUser({ groups: [groups[0], groups[2]] as AdminUser["groups"] }, staff, groups);
  fireEvent.click(await screen.findByRole("button", { name: "Change groups" }));

  expect([box(/^heads/).disabled, box(/^heads/).checked]).toEqual([true, true]);
  expect(screen.getAllByText("you are not in it yourself")).toHaveLength(1);
  fireEvent.click(box(/^guests/));
  fireEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Saved.")).toBeTruthy();
  expect(changes(first.session)).toEqual([
    ["admin.user.setGroups", { id: bobsId, groupIds: ["g1", "g2", "g3"], version: 1 }],
  ]);
  first.unmount();

  await showUser({ groups: [] }, root, groups);
  fireEvent.click(await screen.findByRole("button", { name: "Change groups" }));
  expect(box(/^heads/).disabled).toBe(false);
});

test("who may take but not give, as on their own account, is offered to untick only, and the other way round", async () => {
  const first = await showUser({ permissions: ["notes.view"], $can: only("take") });
  fireEvent.click(await screen.findByRole("button", { name: "Change permissions" }));
  expect([box(/^notes.view/).disabled, box(/^users.view/).disabled]).toEqual([false, true]);
  first.unmount();

  await showUser({ permissions: ["notes.view"], $can: only("give") });
  fireEvent.click(await screen.findByRole("button", { name: "Change permissions" }));
  expect([box(/^notes.view/).disabled, box(/^users.view/).disabled]).toEqual([true, false]);
});

test("a set that was changed by others meanwhile is not written over: it says so and begins again from theirs", async () => {
  const { session, become } = await showUser({ permissions: ["notes.view"] });
  fireEvent.click(await screen.findByRole("button", { name: "Change permissions" }));
  await become({ version: 2, permissions: ["notes.view", "users.view"] });
  await waitFor(() => expect(held().at(-1)).toContain("users.view"));
  expect(box(/^users.view/).checked).toBe(false);

  session.admin.call.mockImplementationOnce(() => Promise.reject(stale));
  fireEvent.click(screen.getByRole("button", { name: "Save" }));
  expect((await screen.findByRole("alert")).textContent).toContain("It was changed elsewhere");
  expect(box(/^users.view/).checked).toBe(true);
  fireEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(changes(session)).toHaveLength(2));
  expect(changes(session).map(([, input]) => input)).toMatchObject([
    { permissions: ["notes.view"], version: 1 },
    { permissions: ["notes.view", "users.view"], version: 2 },
  ]);
});

test("names and address that meet a change of others keep their text, and are written when they are sent again", async () => {
  const { session, become } = await showUser();
  fireEvent.click(screen.getByRole("button", { name: "Edit" }));
  fireEvent.input(screen.getByLabelText(/^First name/), { target: { value: "Robert" } });
  await become({ version: 2, lastName: "Ross" });
  await screen.findByText("Ross");

  session.admin.call.mockImplementationOnce(() => Promise.reject(stale));
  fireEvent.click(screen.getByRole("button", { name: "Save" }));
  expect((await screen.findByRole("alert")).textContent).toContain("It was changed elsewhere");
  fireEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Saved.")).toBeTruthy();
  expect(changes(session).map(([, input]) => input)).toMatchObject([
    { firstName: "Robert", version: 1 },
    { firstName: "Robert", version: 2 },
  ]);
});

test("an account is switched off after a question that names it, and a refusal is explained", async () => {
  const { session } = await showUser();
  session.admin.call.mockImplementationOnce(() =>
    Promise.reject(refusal({ code: "CONFLICT", reason: "LAST_SUPERUSER" })),
  );
  fireEvent.click(screen.getByRole("button", { name: "Active: Take away" }));
  const question = screen.getByRole("group", { name: "Take “Active” away from bob?" });
  expect(changes(session)).toEqual([]);
  fireEvent.click(within(question).getByRole("button", { name: "Take away" }));

  expect((await screen.findByRole("alert")).textContent).toContain("the last active superuser");
  expect(changes(session)).toEqual([["admin.user.setActive", { id: bobsId, value: false, version: 1 }]]);
});

test("somebody is signed out everywhere, and sent a link to a new password", async () => {
  const { session } = await showUser({ sessionCount: 2 });
  await press("End all sessions");
  expect(await screen.findByText("bob is signed out everywhere.")).toBeTruthy();
  await press("Send a link to a new password");
  expect(await screen.findByText("A link to a new password is on its way to bob@example.com.")).toBeTruthy();

  expect(changes(session)).toEqual([
    ["admin.user.endSessions", { id: bobsId }],
    ["admin.user.sendReset", { id: bobsId }],
  ]);
});

test.each([
  [true, "Has a password."],
  [false, "Has no password."],
])("whether somebody has a password is said: %s", async (hasPassword, text) => {
  await showUser({ hasPassword });
  expect(await screen.findByText(text)).toBeTruthy();
});

test("from where somebody signs in is listed, and taken away after a question; it is gone when the page says so", async () => {
  const groups = ["crew", "heads"];
  const other = adminIdentity({
    id: "i2",
    label: "Okta",
    subject: "00u1",
    issuer: "https://okta.example",
    isWayIn: false,
  });
  const { session, set } = await showUser({ identities: [adminIdentity({ groups }), other] });
  const section = screen.getByRole("region", { name: "Connected accounts" });
  const [works, okta] = within(section)
    .getAllByRole("listitem")
    .filter((item) => item.matches(".cs-row"));
  for (const text of ["bob@works.example", "b-42", "https://id.works.example", "Gives crew, heads"])
    expect(works?.textContent).toContain(text);
  expect(works?.textContent).not.toContain("Not set up");
  expect(okta?.textContent).toContain("Not set up here");

  fireEvent.click(screen.getByRole("button", { name: "The Works: Take away" }));
  const question = screen.getByRole("group", { name: "Take “The Works” away from bob?" });
  expect(changes(session)).toEqual([]);
  set({ version: 2, identities: [other] });
  fireEvent.click(within(question).getByRole("button", { name: "Take away" }));

  // Whoever reads that it is gone does not see it there.
  expect(await screen.findByText("bob signs in with The Works no more.")).toBeTruthy();
  expect(screen.queryByText("b-42")).toBeNull();
  expect(changes(session)).toEqual([["admin.user.removeIdentity", { id: bobsId, identityId: adminIdentity().id }]]);
  expect(section.querySelector(".cs-action-news")).toBe(document.activeElement);
  expect(screen.getByText("00u1")).toBeTruthy();
});

test("what is the last way in says so, and one that stays has no button", async () => {
  const first = await showUser({ hasPassword: false, identities: [adminIdentity({ isLast: true })] });
  expect(screen.getByText("The only way to sign in that this user has")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "The Works: Take away" }));
  expect(screen.getByRole("group", { name: /Nothing else lets them in until they have a new password/ })).toBeTruthy();
  first.unmount();

  const second = await showUser({ identities: [adminIdentity({ isLast: true, isKept: true })] });
  expect(screen.getByText(/^Without it no superuser could sign in/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: /Works/ })).toBeNull();
  second.unmount();

  await showUser({ identities: [adminIdentity({ isLast: true, isKept: true })] }, { ...root, id: bobsId });
  expect(screen.getByText(/^Your only way to sign in/)).toBeTruthy();
});

test("a site without providers has no such section, unless somebody signs in with one of before", async () => {
  const { unmount } = await showUser();
  expect(screen.queryByRole("heading", { name: "Connected accounts" })).toBeNull();
  unmount();

  await showUser({}, root, [], { providers: [{ name: "works", label: "The Works" }] });
  expect(screen.getByText("Signs in with no provider.")).toBeTruthy();
});

test("an account is deleted only when its name is typed, and the list follows", async () => {
  const { session, navigate } = await showUser();
  fireEvent.click(screen.getByRole("button", { name: "Delete account" }));
  fireEvent.input(screen.getByLabelText("Type bob to confirm"), { target: { value: "bo" } });
  fireEvent.click(screen.getByRole("button", { name: "Delete this account" }));
  expect(screen.getByRole("alert").textContent).toBe("That is not the name of this account.");
  expect(changes(session)).toEqual([]);

  fireEvent.input(screen.getByLabelText("Type bob to confirm"), { target: { value: "bob" } });
  fireEvent.click(screen.getByRole("button", { name: "Delete this account" }));
  await waitFor(() => expect(navigate).toHaveBeenCalledWith("/admin/users", { replace: true }));
  expect(changes(session)).toEqual([["admin.user.remove", { id: bobsId }]]);
});

test("those who may only look are offered nothing to press", async () => {
  const looks = { isSuperuser: false, isStaff: true, permissions: ["users.view", "sessions.view"] };
  await showUser({ sessionCount: 1, permissions: ["notes.view"], $can: only() }, looks);

  expect(screen.queryAllByRole("button")).toEqual([]);
  expect(held()).toEqual(["notes.view given directly"]);
  expect(screen.queryByText(/has rights that you do not have/)).toBeNull();
});

test("what the server would refuse is not offered, by each of its rules", async () => {
  const offers: readonly (readonly [keyof AdminUser["$can"], string])[] = [
    ["update", "Edit"],
    ["setActive", "Active: Take away"],
    ["setStaff", "Staff: Give"],
    ["setSuperuser", "Superuser: Give"],
    ["endSessions", "End all sessions"],
    ["sendReset", "Send a link to a new password"],
    ["removeIdentity", "The Works: Take away"],
    ["remove", "Delete account"],
  ];
  const identities = [adminIdentity()];
  for (const [action, name] of offers) {
    const { unmount } = await showUser({ sessionCount: 1, identities, $can: only(action) });
    const buttons = screen.getAllByRole("button").map((one) => one.getAttribute("aria-label") ?? one.textContent);
    expect(buttons).toEqual([name]);
    unmount();
  }
});

test("the address is changed only by who may; without its field it stays", async () => {
  const { session } = await showUser({ $can: only("update") });
  fireEvent.click(screen.getByRole("button", { name: "Edit" }));
  expect(screen.queryByLabelText(/^Email/)).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Saved.")).toBeTruthy();
  expect(changes(session)).toMatchObject([["admin.user.update", { email: "bob@example.com" }]]);
});

test("of a superuser, and of somebody who holds more, the page says why so little is offered", async () => {
  const permissions = ["users.view", "users.change", "users.grant", "users.delete", "users.end_sessions"];
  const staff = { isSuperuser: false, isStaff: true, permissions };
  const first = await showUser({ isSuperuser: true, $can: only() }, staff);
  expect(screen.getByText(/Only superusers can change anything here/)).toBeTruthy();
  expect(screen.queryByText(/has rights that you do not have/)).toBeNull();
  first.unmount();

  await showUser({ $can: only("update", "endSessions", "give") }, staff);
  expect(screen.getByText(/has rights that you do not have/)).toBeTruthy();
});

test("an account that is not there, or not any more, is not found", async () => {
  const { session } = await showUser();
  act(() => session.admin.push("admin.user.live", []));
  expect(screen.getByRole("heading", { name: "This page does not exist" })).toBeTruthy();
});

async function showUser(
  change: Partial<AdminUser> = {},
  me: Parameters<FakeSession["signIn"]>[0] = root,
  groups: readonly { readonly id: string; readonly name: string }[] = [],
  site: ShowOptions["site"] = {},
) {
  const session = createFakeSession();
  session.signIn(me);
  let user = adminUser(change);
  session.admin.call.mockImplementation(async (path) => {
    if (path === "admin.user.get") return user;
    if (path === "admin.permission.list") return permissions;
    if (path === "admin.group.mine") return ["crew", "guests"];
    if (path === "admin.group.list") return { rows: groups, nextCursor: null, total: groups.length };
    return {};
  });
  const { navigate, unmount } = show(<AdminArea path={`users/${bobsId}`} search={{}} />, { session, site });
  const push = () => act(() => session.admin.push("admin.user.live", [userRow({ version: user.version })]));
  push();
  await screen.findByRole("heading", { name: "bob" });

  return {
    session,
    navigate,
    unmount,
    /** The account is another one from now on, which nobody tells of. */
    set: (next: Partial<AdminUser>) => {
      user = { ...user, ...next };
    },
    /** The account is changed by somebody else. */
    become: async (next: Partial<AdminUser>) => {
      user = { ...user, ...next };
      push();
    },
  };
}

const root = { isSuperuser: true };
const permissions = ["audit.view", "notes.change", "notes.view", "users.view"].map((name) => ({
  name,
  isHeld: name === "notes.view" || name === "users.view",
}));

/** The calls that change something. */
function changes(session: FakeSession) {
  return session.admin.call.mock.calls.filter(([path]) => !/\.(?:get|list|mine)$/.test(path));
}

function held() {
  const section = screen.getByRole("region", { name: "Permissions" });
  return [...section.querySelectorAll(".cs-checklist--held > li")].map((item) => item.textContent);
}

function box(name: RegExp) {
  return screen.getByRole<HTMLInputElement>("checkbox", { name });
}

/** Presses a button that asks first, and answers it. */
async function press(name: string) {
  fireEvent.click(await screen.findByRole("button", { name }));
  await act(async () => fireEvent.click(screen.getByRole("button", { name })));
}
