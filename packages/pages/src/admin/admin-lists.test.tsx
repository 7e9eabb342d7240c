import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";

import type { AdminAuditEvent, AdminConnection, AdminGroup, AdminSession } from "@countersign/contract";

import { bobsId } from "../test/admin-rows.ts";
import { createFakeSession, type FakeSession, refusal } from "../test/fake-session.ts";
import { show } from "../test/show.tsx";

import { AdminArea } from "./admin-area.tsx";

const at = "2026-01-01T10:20:30.456Z";
const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

test("the audit log says who did what to whom, exactly when, and what was refused and why", () => {
  const { session } = showList("audit");
  push(session, "admin.audit.live", [
    event({
      action: "admin.user.set_permissions",
      subjectName: "bob",
      subjectId: bobsId,
    }),
    event({
      id: "2",
      action: "auth.login",
      outcome: "refused",
      reason: "wrong_password",
      actorId: null,
      actorName: "x",
    }),
    // An app's own: it has no text here.
    event({ id: "3", action: "app.own_event", outcome: "refused", reason: "app_reason" }),
  ]);

  expect(rows()).toEqual([
    expect.stringMatching(/Set a user’s permissions.*by ann.*about bob/),
    expect.stringMatching(/Signed in.*Refused.*wrong password.*by x/),
    expect.stringMatching(/^app\.own_event.*app_reason/),
  ]);
  const time = screen.getAllByTitle(at)[0];
  expect(time?.getAttribute("datetime")).toBe(at);
  expect(time?.textContent).toMatch(/:20:30/);
  expect(screen.getByRole("link", { name: "bob" }).getAttribute("href")).toBe(`/admin/users/${bobsId}`);
  expect(screen.queryByRole("link", { name: "x" })).toBeNull();
});

test("what an event tells is said in words, without what is empty or said twice", () => {
  const { session } = showList("audit");
  const tell = (id: string, action: string, details: AdminAuditEvent["details"]) => event({ id, action, details });
  push(session, "admin.audit.live", [
    tell("1", "admin.user.set_permissions", { permissions: ["a.view", "b.view"], given: ["b.view"], taken: [] }),
    tell("2", "admin.user.set_groups", { groups: ["crew"], given: ["crew"], taken: ["heads", "watch"] }),
    tell("3", "admin.group.update", { group: "crew", groupId: "g1", newName: "team", permissions: [], given: [] }),
    tell("4", "admin.group.remove", { group: "crew", permissions: ["a.view"], count: 2 }),
    tell("5", "admin.user.update", { fields: ["firstName", "email", "shoeSize"] }),
    tell("6", "admin.user.set_active", { value: false, count: 3 }),
    tell("7", "admin.user.end_sessions", { count: 0 }),
    tell("8", "auth.login", { remember: false }),
    tell("9", "auth.login", { remember: true, provider: "Acme" }),
    tell("10", "admin.session.end", { session: "0190a1b2-0000-7000-8000-000000000000" }),
    tell("11", "admin.call", { procedure: "admin.user.list" }),
    tell("12", "app.own_event", { count: 4, remember: "odd" }),
  ]);

  const facts = [...document.querySelectorAll(".cs-row__facts")].map((list) =>
    // Without the time and who it was.
    [...list.children].slice(2).map((fact) => fact.textContent),
  );
  expect(facts).toEqual([
    ["Given: b.view"],
    ["Given: crew", "Taken away: heads, watch"],
    ["Group: crew", "New name: team"],
    ["Group: crew", "Permissions: a.view", "2 members"],
    ["Fields: first name, email address, shoeSize"],
    ["Set to: no", "3 sessions ended"],
    [],
    ["until the browser is closed"],
    ["stays signed in", "Through: Acme"],
    ["Session: 0190a1b2"],
    ["Called: admin.user.list"],
    ["count: 4", "remember: odd"],
  ]);
});

test("the log is narrowed down by what the address says; a day that is named is part of it", () => {
  const { session, navigate } = showList("audit", {
    search: "bo",
    action: "auth.login",
    outcome: "refused",
    user: bobsId,
    from: "2026-01-31",
    until: "2026-01-31",
  });

  const day = new Date(2026, 0, 31);
  expect(session.admin.watched()[0]?.input).toEqual({
    search: "bo",
    action: "auth.login",
    outcome: "refused",
    userId: bobsId,
    from: day.toISOString(),
    until: new Date(2026, 1, 1).toISOString(),
  });
  fireEvent.change(screen.getByRole("combobox", { name: "User" }), { target: { value: "" } });
  expect(navigate.mock.calls[0]?.[0]).not.toContain("user=");
  expect(navigate.mock.calls[0]?.[0]).toContain("action=auth.login");
});

test("days and outcomes that are none are not asked of the server", () => {
  const { session } = showList("audit", { from: "2026-13-45", until: "yesterday", outcome: "maybe", cursor: "x" });
  expect(session.admin.watched()[0]?.input).toEqual({});
});

test("connections come and go as one looks, and are counted with their people", async () => {
  const { session } = showList("connections");
  session.admin.call.mockResolvedValue({ connections: 3, users: 1 });
  push(session, "admin.connections.live", [connection(), connection({ id: "2", userId: null, username: null })]);
  expect(await screen.findByText("3 connections of 1 user")).toBeTruthy();
  expect(rows()).toEqual([
    expect.stringMatching(/bob.*Firefox on Linux.*127\.0\.0\.1.*2 subscriptions/),
    expect.stringContaining("Not signed in"),
  ]);

  push(session, "admin.connections.live", [connection({ version: 2, subscriptions: 1 })]);
  expect(rows()).toEqual([expect.stringMatching(/bob.*1 subscription/)]);
});

test("from a connection one comes to the sessions of its user, and ends the one it has; not one's own", async () => {
  const { session } = showList("connections");
  push(session, "admin.connections.live", [
    connection(),
    connection({ id: "2", userId: "1", username: "ann", sessionId: "s1" }),
    connection({ id: "3", userId: null, username: null, sessionId: null }),
  ]);
  expect(screen.getByRole("link", { name: "All sessions of bob" }).getAttribute("href")).toBe(
    `/admin/sessions?user=${bobsId}`,
  );
  expect(rows()[1]).toContain("This device");
  expect(screen.getAllByRole("button", { name: /^End session/ })).toHaveLength(1);

  fireEvent.click(screen.getByRole("button", { name: "End session on bob, Firefox on Linux" }));
  expect(called(session, "admin.session.end")).toEqual([]);
  fireEvent.click(screen.getByRole("button", { name: "End session" }));
  expect(await screen.findByText("The session on bob, Firefox on Linux has ended.")).toBeTruthy();
  expect(called(session, "admin.session.end")).toEqual([{ id: "s9" }]);
});

test("those who may see connections only are led nowhere, and end nothing", () => {
  const { session } = showList("connections", {}, { isStaff: true, permissions: ["connections.view"] });
  push(session, "admin.connections.live", [connection()]);

  expect(screen.queryAllByRole("button")).toEqual([]);
  expect(screen.queryByRole("link", { name: "All sessions of bob" })).toBeNull();
});

test("more connections are shown on asking, while those that are known stay; at the limit there are no more", async () => {
  const session = createFakeSession();
  session.signIn({ isSuperuser: true });
  const { navigate } = show(<Grown />, { session });
  const some = Array.from({ length: 100 }, (_, index) => connection({ id: `${index}` }));
  act(() => session.admin.push("admin.connections.live", some, 600));
  expect(screen.getByText(/^The newest 100 of 600\. /)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Show more" }));
  expect(navigate).toHaveBeenCalledWith("/admin/connections?show=200", { replace: true });

  fireEvent.click(screen.getByRole("button", { name: "as asked" }));
  expect(rows()).toHaveLength(100);
  expect(screen.getByRole("button", { name: "Show more" }).getAttribute("aria-busy")).toBe("true");
  expect(session.admin.watched()).toMatchObject([{ input: { limit: 500 } }]);
  act(() => session.admin.push("admin.connections.live", some.slice(0, 99), 600));
  expect(rows()).toHaveLength(99);
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();

  // Somebody else is not shown what was read for the one before.
  act(() => {
    session.load();
    session.tell("switched", false);
  });
  act(() => session.signIn({ id: "2", isSuperuser: true }));
  expect(rows().join("")).toBe("");
});

test("a session of anybody is ended after a question that names whose it is and where", async () => {
  const { session } = showList("sessions");
  push(session, "admin.session.live", [sessionRow()]);
  fireEvent.click(screen.getByRole("button", { name: /^End session on/ }));
  const question = screen.getByRole("group", { name: "End the session on bob, Firefox on Linux?" });
  expect(called(session, "admin.session.end")).toEqual([]);
  fireEvent.click(within(question).getByRole("button", { name: "End session" }));

  expect(await screen.findByText("The session on bob, Firefox on Linux has ended.")).toBeTruthy();
  expect(called(session, "admin.session.end")).toEqual([{ id: "s1" }]);
});

test("those who may see sessions but not end them have nothing to press", () => {
  const { session } = showList("sessions", {}, { isSuperuser: false, isStaff: true, permissions: ["sessions.view"] });
  push(session, "admin.session.live", [sessionRow()]);

  expect(screen.queryAllByRole("button")).toEqual([]);
  // Nor does the name lead where they may not go.
  expect(screen.queryByRole("link", { name: "bob" })).toBeNull();
});

test("a group is changed in place, by its name and by what it gives", async () => {
  const { session } = showList("groups");
  push(session, "admin.group.live", [group()]);
  expect(rows()).toEqual([expect.stringMatching(/crew.*2 members.*notes\.view/)]);
  fireEvent.click(screen.getByRole("button", { name: "Change crew" }));
  fireEvent.input(screen.getByLabelText("Name"), { target: { value: "watch" } });
  fireEvent.click(await screen.findByRole("checkbox", { name: "users.view" }));
  fireEvent.click(screen.getByRole("button", { name: "Save" }));

  await waitFor(() => expect(screen.queryByLabelText("Name")).toBeNull());
  expect(called(session, "admin.group.update")).toEqual([
    { id: "g1", version: 7, name: "watch", permissions: ["users.view", "notes.view"].toSorted() },
  ]);
});

test("a group without a name is refused at its field; a refusal to delete one is explained", async () => {
  const { session } = showList("groups");
  push(session, "admin.group.live", [group()]);
  fireEvent.click(screen.getByRole("button", { name: "New group" }));
  session.admin.call.mockRejectedValueOnce(
    refusal({ code: "BAD_REQUEST", reason: "INVALID_FIELDS", fields: { name: ["Give the group a name."] } }),
  );
  fireEvent.click(screen.getByRole("button", { name: "Save" }));
  expect((await screen.findByRole("alert")).textContent).toBe("Give the group a name.");
  fireEvent.click(screen.getByRole("button", { name: "Cancel" }));

  session.admin.call.mockRejectedValueOnce(refusal({ code: "FORBIDDEN", reason: "BEYOND_OWN_RIGHTS" }));
  fireEvent.click(screen.getByRole("button", { name: "Delete crew" }));
  fireEvent.click(
    within(screen.getByRole("group", { name: "Delete crew? Its 2 members lose what it gives." })).getByRole("button", {
      name: "Delete",
    }),
  );
  expect((await screen.findByRole("alert")).textContent).toContain("more rights than you have");
});

test("a group with members is renamed and deleted by none who would get a refusal", async () => {
  const staff = { isSuperuser: false, isStaff: true, permissions: ["groups.view", "groups.change"] };
  const { session } = showList("groups", {}, staff, async (name) => {
    if (name === "admin.group.mine") return ["crew"];
    if (name !== "admin.permission.list") return { rows: [], nextCursor: null, total: 4 };
    return [
      { name: "audit.view", isHeld: false },
      { name: "notes.view", isHeld: true },
    ];
  });
  push(session, "admin.group.live", [
    group(),
    { ...group(), id: "g2", name: "heads" },
    { ...group(), id: "g3", name: "watch", memberCount: 0 },
    { ...group(), id: "g4", name: "guard", memberCount: 0, permissions: ["audit.view"] },
  ]);

  await waitFor(() => expect(screen.queryByRole("button", { name: "Delete guard" })).toBeNull());
  expect(await screen.findByRole("button", { name: "Delete crew" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Delete heads" })).toBeNull();
  expect(screen.getByRole("button", { name: "Delete watch" })).toBeTruthy();

  fireEvent.click(screen.getByRole("button", { name: "Change heads" }));
  expect(screen.getByLabelText<HTMLInputElement>("Name").readOnly).toBe(true);
  expect(screen.getByText("Only superusers rename a group that somebody is in.")).toBeTruthy();
  const box = (name: RegExp) => screen.getByRole<HTMLInputElement>("checkbox", { name });
  expect([box(/^notes.view/).checked, box(/^notes.view/).disabled]).toEqual([true, true]);
  fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
  fireEvent.click(screen.getByRole("button", { name: "Change watch" }));
  expect(screen.getByLabelText<HTMLInputElement>("Name").readOnly).toBe(false);
  expect([box(/^notes.view/).disabled, box(/^audit.view/).disabled]).toEqual([false, true]);
});

test("the way there shows only what may be seen, and leads to the first of it", () => {
  const { navigate } = showList("", {}, { isSuperuser: false, isStaff: true, permissions: ["audit.view"] });
  expect(navigate).toHaveBeenCalledWith("/admin/audit", { replace: true });

  showList("audit", {}, { isSuperuser: false, isStaff: true, permissions: ["audit.view", "connections.view"] });
  const ways = within(screen.getByRole("navigation", { name: "Admin" })).getAllByRole("link");
  expect(ways.map((way) => [way.textContent, way.getAttribute("aria-current")])).toEqual([
    ["Audit log", "page"],
    ["Connections", null],
  ]);
});

/** The page at one address, and at another one after a press. */
function Grown() {
  const [search, setSearch] = useState<Record<string, string>>({});
  return (
    <>
      <AdminArea path="connections" search={search} />
      <button type="button" onClick={() => setSearch({ show: "500" })}>
        as asked
      </button>
    </>
  );
}

function showList(
  path: string,
  search: Record<string, string> = {},
  me: Parameters<FakeSession["signIn"]>[0] = { isSuperuser: true },
  answer = usually,
) {
  const session = createFakeSession();
  session.signIn(me);
  session.admin.call.mockImplementation(answer);
  return { ...show(<AdminArea path={path} search={search} />, { session }), session };
}

async function usually(name: string): Promise<unknown> {
  if (name === "admin.permission.list") return permissions;
  return { rows: [], nextCursor: null, total: 1, connections: 0, users: 0 };
}

const permissions = ["notes.view", "users.view"].map((name) => ({ name, isHeld: true }));

function push(session: FakeSession, path: string, list: Parameters<FakeSession["admin"]["push"]>[1]) {
  act(() => session.admin.push(path, list));
}

function called(session: FakeSession, path: string) {
  return session.admin.call.mock.calls.filter(([name]) => name === path).map(([, input]) => input);
}

function rows() {
  return [...document.querySelectorAll(".cs-list > .cs-row")].map((row) => row.textContent);
}

function event(change: Partial<AdminAuditEvent>): AdminAuditEvent {
  return {
    id: "1",
    version: 1,
    at,
    action: "auth.login",
    outcome: "ok",
    reason: null,
    actorId: "7c3f4b1e-5d0a-4c55-8a83-9b8f1c2d3e4f",
    actorName: "ann",
    subjectId: null,
    subjectName: null,
    impersonatorId: null,
    sessionId: null,
    ip: null,
    userAgent: null,
    details: null,
    ...change,
  };
}

function connection(change: Partial<AdminConnection> = {}): AdminConnection {
  return {
    id: "1",
    version: 1,
    userId: bobsId,
    username: "bob",
    sessionId: "s9",
    ip: "127.0.0.1",
    userAgent: firefox,
    since: at,
    subscriptions: 2,
    transport: "websocket",
    ...change,
  };
}

function sessionRow(): AdminSession {
  return {
    id: "s1",
    version: 1,
    userId: bobsId,
    username: "bob",
    createdAt: at,
    lastUsedAt: at,
    expiresAt: at,
    remember: false,
    ip: "127.0.0.1",
    userAgent: firefox,
    provider: null,
  };
}

function group(): AdminGroup {
  return { id: "g1", version: 7, name: "crew", createdAt: at, permissions: ["notes.view"], memberCount: 2 };
}
