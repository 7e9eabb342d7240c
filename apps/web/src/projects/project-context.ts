import { createContext, use } from "react";

import type { Member, Project } from "../api.ts";

import type { Role } from "./project.ts";

/** The project whose pages are open, and who looks at them. */
export interface OpenProject {
  readonly project: Project;
  readonly members: readonly Member[];
  /** The id of the user who looks. */
  readonly userId: string;
  /** The role of this user; null while it is not known. */
  readonly role: Role | null;
  /** May this user make tasks and change them? */
  readonly mayEdit: boolean;
  /** May this user say who is a member? */
  readonly mayManage: boolean;
}

export const ProjectContext = createContext<OpenProject | null>(null);

/** @throws outside the pages of a project. */
export function useProject(): OpenProject {
  const project = use(ProjectContext);
  if (!project) throw new Error("This component belongs to the pages of a project, below <ProjectFrame>.");
  return project;
}
