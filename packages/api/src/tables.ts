import { coreTables, extendTables } from "@countersign/db";

import { defineAttachments } from "./attachment/table.ts";
import { defineNotes } from "./note/table.ts";
import { defineProjects } from "./project/table.ts";
import { defineTasks } from "./task/table.ts";

/** The library's tables and this app's. */
export const tables = extendTables(coreTables, (words, { users }) => {
  const notes = defineNotes(words, users);
  const { projects, projectMembers } = defineProjects(words, users);
  const tasks = defineTasks(words, users, projects);
  const attachments = defineAttachments(words, users, projects, tasks);
  return { notes, projects, projectMembers, tasks, attachments };
});
export type Tables = (typeof tables)["postgres"];
