/** The parts of a project, by the end of their addresses. */
export const projectParts = [
  ["board", ""],
  ["list", "/list"],
  ["members", "/members"],
  ["bin", "/bin"],
] as const;

export type ProjectPart = (typeof projectParts)[number][0];

/** The part that is open at an address; null where none is. */
export function partAt(pathname: string, projectId: string): ProjectPart | null {
  const end = pathname.replace(/\/$/, "").slice(`/projects/${projectId}`.length);
  return projectParts.find((part) => part[1] === end)?.[0] ?? null;
}
