import { coreMigrations, openDatabase } from "@countersign/db";

import { addMembers, inTransactions, type Member, newMember, type NewMember } from "../sides/countersign-members.ts";

import { migrations, type Tables, tables } from "./tables.ts";

export interface Project {
  readonly id: string;
  /** The first one may change its tasks, the others look at them. */
  readonly members: readonly Member[];
  readonly taskIds: readonly string[];
}

interface Plan {
  /** Of its own. */
  readonly members: number;
  readonly tasks: number;
}

/** Makes the tables and fills them: one project for each of these. The last one can be the first one's editor's as well. */
export async function fillProjects(
  databaseUrl: string,
  plans: readonly Plan[],
  { isLastShared = false } = {},
): Promise<Project[]> {
  await using db = await openDatabase(databaseUrl, { tables, migrations: [coreMigrations, migrations] });
  let memberNumber = 0;
  const made = plans.map(({ members, tasks }, number) => ({
    id: idOf("b000", number),
    members: Array.from({ length: members }, () => newMember(memberNumber++, 1)),
    taskIds: Array.from({ length: tasks }, (_, task) => idOf("a000", number * 10_000 + task)),
  }));
  await addMembers(
    db,
    made.flatMap(({ members }) => members.map(({ rows }) => rows)),
  );
  const { projects, projectMembers, tasks } = db.tables;
  await inTransactions(db, made, async (tx, group) => {
    await tx.insert(projects).values(group.map(({ id }) => ({ id, name: "bench" })));
  });
  const [first, last] = [made[0], made.at(-1)];
  const shared = isLastShared && first && last ? [{ ...last, members: first.members.slice(0, 1) }] : [];
  await inTransactions(db, [...made, ...shared].flatMap(membershipsOf), async (tx, group) => {
    await tx.insert(projectMembers).values(group);
  });
  await inTransactions(db, made.flatMap(tasksOf), async (tx, group) => {
    await tx.insert(tasks).values(group);
  });
  return made.map(({ members, ...project }) => ({ ...project, members: members.map(({ member }) => member) }));
}

interface NewProject {
  readonly id: string;
  readonly members: readonly NewMember[];
  readonly taskIds: readonly string[];
}

function membershipsOf({ id: projectId, members }: NewProject): Tables["projectMembers"]["$inferInsert"][] {
  return members.map(({ member: { userId } }, number) => ({
    projectId,
    userId,
    role: number === 0 ? "editor" : "viewer",
  }));
}

function tasksOf({ id: projectId, taskIds }: NewProject): Tables["tasks"]["$inferInsert"][] {
  const now = new Date();
  return taskIds.map((id, rank) => ({
    id,
    projectId,
    title: titleOf(0),
    body: "Some words about what is to be done.",
    rank,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }));
}

/** The title after the change with this number. Any two are equally long, so that all frames of one change are. */
export function titleOf(change: number): string {
  return `change ${String(change).padStart(6, "0")}`;
}

/** The number of the change that gave a task this title. */
export function changeOf(title: string): number {
  return Number(title.slice(-6));
}

function idOf(kind: string, number: number): string {
  return `01890a5d-ac96-774b-${kind}-${String(number).padStart(12, "0")}`;
}
