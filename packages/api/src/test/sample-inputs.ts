import { randomUUID } from "node:crypto";

import type { Cast } from "./cast.ts";

/**
 * Something valid to call each procedure with, so that the matrix shows what happens beyond the check of the input. What
 * is not named here is called without an input. Mailed links are never the right ones: what they open is shown elsewhere.
 */
export const sampleInputs: Readonly<Record<string, (cast: Cast) => unknown>> = {
  "account.changePassword": ({ caller }) => ({ current: caller.password, password: newPassword }),
  "account.confirmEmailChange": wrongLink,
  "account.delete": ({ caller }) => ({ password: caller.password }),
  "account.identities.unlink": someVisit,
  "account.requestEmailChange": newAddress,
  "account.revertEmailChange": wrongLink,
  "account.sessions.end": ({ other }) => ({ id: other.sessionId }),
  "account.setPassword": () => ({ password: newPassword }),
  "account.updateProfile": () => ({ firstName: "Ann" }),
  "admin.group.create": () => ({ name: `group ${randomUUID()}`, permissions: ["notes.overview"] }),
  "admin.group.remove": ({ group }) => ({ id: group.id }),
  "admin.group.update": ({ group }) => ({ ...group, permissions: ["notes.overview"] }),
  "admin.session.end": ({ other }) => ({ id: other.sessionId }),
  "admin.user.create": () => ({ username: newName(), password: newPassword }),
  "admin.user.endSessions": ({ other }) => ({ id: other.id }),
  "admin.user.get": ({ other }) => ({ id: other.id }),
  "admin.user.removeIdentity": ({ other }) => ({ id: other.id, identityId: other.identityId }),
  "admin.user.remove": ({ other }) => ({ id: other.id }),
  "admin.user.setActive": ({ other }) => ({ id: other.id, value: false }),
  "admin.user.setGroups": ({ other, group }) => ({ id: other.id, groupIds: [group.id] }),
  "admin.user.setPassword": ({ other }) => ({ id: other.id, password: newPassword }),
  "admin.user.setPermissions": ({ other }) => ({ id: other.id, permissions: ["notes.overview"] }),
  "admin.user.setStaff": ({ other }) => ({ id: other.id, value: true }),
  "admin.user.setSuperuser": ({ other }) => ({ id: other.id, value: true }),
  "admin.user.sendReset": ({ other }) => ({ id: other.id }),
  "admin.user.update": ({ other }) => ({ id: other.id, version: other.version, firstName: "Bob" }),
  "attachment.download": someRow,
  "attachment.get": someRow,
  "attachment.remove": someRow,
  "attachment.removeMany": someRows,
  "attachment.upload": () => ({ taskId: randomUUID(), name: "plan.txt" }),
  "auth.login": ({ caller }) => ({ login: caller.username, password: caller.password }),
  "auth.oidc.cancel": someVisit,
  "auth.oidc.complete": () => ({ ...someVisit(), username: newName() }),
  "auth.oidc.confirm": ({ caller }) => ({ ...someVisit(), password: caller.password }),
  "auth.oidc.pending": someVisit,
  "auth.oidc.start": () => ({ provider: "nobody", purpose: "sign-in" }),
  "auth.register": () => ({ username: newName(), ...newAddress(), password: newPassword }),
  "auth.requestPasswordReset": ({ other }) => ({ email: other.email }),
  "auth.resendVerification": ({ other }) => ({ email: other.email }),
  "auth.resetPassword": () => ({ ...wrongLink(), password: newPassword }),
  "auth.stepUp": ({ caller }) => ({ password: caller.password }),
  "auth.describeLink": () => ({ ...wrongLink(), purpose: "verify" }),
  "auth.verifyEmail": wrongLink,
  "member.create": ({ other }) => ({ projectId: randomUUID(), username: other.username, role: "viewer" }),
  "member.get": someRow,
  "member.remove": someRow,
  "member.removeMany": someRows,
  "member.update": () => ({ ...someVersion(), role: "editor" }),
  "member.updateMany": () => ({ ...someRows(), changes: { role: "editor" } }),
  "session.data.delete": () => ({ key: "theme" }),
  "session.data.get": () => ({ key: "theme" }),
  "session.data.set": () => ({ key: "theme", value: "dark" }),
  "session.notificationShown": () => ({ id: "unknown" }),
  ...rowInputs("note", (n) => ({ title: `tea ${n}`, body: "" })),
  ...rowInputs("project", (n) => ({ name: `ship ${n}` })),
  ...rowInputs(
    "task",
    (n) => ({ projectId: randomUUID(), title: `sail ${n}` }),
    (n) => ({ title: `row ${n}` }),
  ),
};

const newPassword = "another password of some length";

/** For the procedures of a `crudRouter`: `sample` makes what the n-th row consists of, and `change` what of it can be changed. */
function rowInputs(
  path: string,
  sample: (n: number) => object,
  change: (n: number) => object = sample,
): Readonly<Record<string, () => unknown>> {
  return {
    [`${path}.create`]: () => sample(1),
    [`${path}.get`]: someRow,
    [`${path}.remove`]: someRow,
    [`${path}.removeMany`]: someRows,
    [`${path}.restore`]: someRow,
    [`${path}.purge`]: someRow,
    [`${path}.purgeMany`]: someRows,
    [`${path}.update`]: () => ({ ...someVersion(), ...change(2) }),
    [`${path}.updateMany`]: () => ({ ...someRows(), changes: change(2) }),
  };
}

/** A row that is not there: what happens to those that are is shown in the tests of the routers. */
function someRow() {
  return { id: randomUUID() };
}

function someVersion() {
  return { ...someRow(), version: 1 };
}

function someRows() {
  return { rows: [someVersion()] };
}

function newName(): string {
  return `new${randomUUID().replaceAll("-", "")}`;
}

function newAddress() {
  return { email: `${newName()}@example.test` };
}

/** An id that nothing has. */
function someVisit() {
  return { id: randomUUID() };
}

function wrongLink() {
  return { token: "x".repeat(43) };
}
