import type { RawSocket, TestApp, TestUser } from "@countersign/rpc/testing";

import type { Role } from "../project/role.ts";
import type { Tables } from "../tables.ts";

import { pageOf, rowOf } from "./answers.ts";

/** Somebody at their window. */
export interface Person {
  readonly user: TestUser;
  readonly socket: RawSocket;
  /** Their membership's id; empty for the outsider. */
  readonly memberId: string;
}

/** A project with a member of each role, and somebody who is none. */
export interface OpenProject extends AsyncDisposable, Readonly<Record<Role | "outsider", Person>> {
  readonly id: string;
}

/** Ann manages it, and has added Edna (editor) and Vic (viewer); Otto is an outsider. */
export async function openProject(app: TestApp<Tables>): Promise<OpenProject> {
  const manager = await signIn(app, "ann");
  const project = rowOf(await manager.socket.mutate("project.create", { name: "ship" }));
  const people: Record<string, Person> = {};
  for (const [role, name] of [
    ["editor", "edna"],
    ["viewer", "vic"],
  ] as const) {
    const person = await signIn(app, name);
    const input = { projectId: project.id, username: name, role };
    people[role] = { ...person, memberId: rowOf(await manager.socket.mutate("member.create", input)).id };
  }
  people["outsider"] = await signIn(app, "otto");
  const { rows } = pageOf(await manager.socket.query("member.list"));
  const memberId = rows.find(({ userId }) => userId === manager.user.id)?.id ?? "";
  people["manager"] = { ...manager, memberId };

  // The cast: one of each was made.
  return {
    ...(people as Record<Role | "outsider", Person>),
    id: project.id,
    async [Symbol.asyncDispose]() {
      for (const { socket } of Object.values(people)) await socket[Symbol.asyncDispose]();
    },
  };
}

/** Adds somebody new to a project. */
export async function addMember(app: TestApp<Tables>, project: OpenProject, username: string, role: Role) {
  const person = await signIn(app, username);
  const input = { projectId: project.id, username, role };
  return { ...person, memberId: rowOf(await project.manager.socket.mutate("member.create", input)).id };
}

async function signIn(app: TestApp<Tables>, username: string): Promise<Person> {
  const user = await app.signIn(username);
  return { user, socket: await user.open(), memberId: "" };
}
