import type { Evidence, FinalState, FinalView, Violation } from "./evidence.ts";

/** I5: what an open list shows in the end is what a query as that user would find. */
export function checkViews({ final, views }: Evidence): Violation[] {
  return views.flatMap((view) => {
    if (isUpToDate(final, view)) return [];
    const wanted = new Set(expectedRows(final, view));
    const shown = new Set(view.rows.map(describe));
    const facts = {
      missing: [...wanted.difference(shown)].slice(0, mostNamed),
      tooMuch: [...shown.difference(wanted)].slice(0, mostNamed),
      shown: view.rows.length,
    };
    const what = `${view.subscription} of ${view.client} does not show what is there`;
    return [{ rule: "I5", what, shownBy: [facts] }];
  });
}

/** Does it show what is there, each row once? */
export function isUpToDate(final: FinalState, view: FinalView): boolean {
  const shown = view.rows.map(describe).toSorted();
  return expectedRows(final, view).join("\n") === shown.join("\n");
}

const mostNamed = 10;

function expectedRows(final: FinalState, { client, list }: FinalView): string[] {
  const projects = new Set(final.members.filter((member) => member.client === client).map(({ project }) => project));
  const rows =
    list === "notes"
      ? final.notes.filter((note) => note.client === client)
      : final.items.filter(({ project }) => projects.has(project));
  return rows
    .filter(({ isRemoved }) => !isRemoved)
    .map(describe)
    .toSorted();
}

function describe({ id, version, title }: FinalView["rows"][number]): string {
  return `${id} ${version} ${title}`;
}
