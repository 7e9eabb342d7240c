import { capitalise, toWords } from "./names.ts";
import type { CrudPlan } from "./plan-crud.ts";

/** What the page says, in one place: `src/<names>/<name>-texts.ts`. */
export function textsSource(plan: CrudPlan): string {
  const { names, fields, removedAt } = plan;
  const { words, manyWords } = names;
  const Many = capitalise(manyWords);
  const { verb, whereTo, remove, removing, notRemoved } = removedAt ? intoBin : forGood;
  return `/** What the pages of the ${manyWords} say. For another language, write the same keys beside these and choose by \`useLanguage()\`. */
export const ${names.singular}Texts = {
  title: "${Many}",
  create: "New ${words}",
  edit: "Edit",
  editLabel: (name: string) => \`Edit “\${name}”\`,
  remove: "${remove}",
  removeLabel: (name: string) => \`${verb} “\${name}”${whereTo}\`,
  removeQuestion: (name: string) => \`${verb} “\${name}”${whereTo}?\`,
  removing: "${removing}",
  notRemoved: "${notRemoved}",
  notKnown: "It is not known whether it was done.",
  searchHint: "Search ${manyWords}",
  failed: "The ${manyWords} could not be loaded.",
  emptyTitle: "No ${manyWords} yet",
  emptyText: "Create the first one.",
  nothing: "Nothing found",
  nothingText: "Search for something else.",
  more: "Show more",
  outdated: "Somebody else has changed what you are writing.",
  compare: "Compare",
  conflict: "There are two versions",
  gone: "Somebody has deleted this ${words}. What you wrote is still here.",
  saveAsNew: "Save as a new ${words}",
  phases: { none: "Save", waiting: "Waits for the connection", sending: "Saving…", checking: "Checking…" },
${fields.some(({ kind }) => kind === "number") ? '  noNumber: "Write a number.",\n' : ""}  empty: "Nothing",
  yes: "Yes",
  no: "No",
${removedAt ? binTexts(plan) : ""}  fields: {
${fields.map(({ name }) => `    ${name}: "${labelOf(name)}",`).join("\n")}
  },
} as const;
`;
}

const forGood = {
  verb: "Delete",
  whereTo: "",
  remove: "Delete",
  removing: "Deleting…",
  notRemoved: "It was not deleted.",
};

const intoBin = {
  verb: "Move",
  whereTo: " to the bin",
  remove: "Move to the bin",
  removing: "Moving…",
  notRemoved: "It was not moved to the bin.",
};

function binTexts({ names }: CrudPlan): string {
  const { words, manyWords } = names;
  return `  bin: "Bin",
  binTitle: "Deleted ${manyWords}",
  backToAll: "All ${manyWords}",
  binEmpty: "The bin is empty",
  binEmptyText: "What is removed lies here until it is restored or deleted for good.",
  removedAt: "Removed",
  restore: "Restore",
  restoreLabel: (name: string) => \`Restore “\${name}”\`,
  notRestored: "It was not restored.",
  purge: "Delete for good",
  purgeLabel: (name: string) => \`Delete for good: “\${name}”\`,
  purgeQuestion: (name: string) => \`Delete “\${name}” for good?\`,
  purging: "Deleting…",
  notPurged: "It was not deleted.",
  emptyBin: "Empty the bin",
  emptyBinQuestion: (count: number) =>
    count === 1 ? "Delete the ${words} in the bin for good?" : \`Delete the \${count} ${manyWords} in the bin for good?\`,
  purgedMany: (count: number) =>
    count === 1 ? "1 ${words} was deleted for good." : \`\${count} ${manyWords} were deleted for good.\`,
`;
}

/** What a field is called: a flag without its "is". */
export function labelOf(name: string): string {
  return capitalise(toWords(/^is[A-Z]/.test(name) ? name.slice(2, 3).toLowerCase() + name.slice(3) : name));
}
