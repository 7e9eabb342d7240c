import { Outlet, useParams, useRouterState } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { Button, Link, Loading, PageTitle, Skeleton } from "@countersign/pages";
import { useLiveList, useUser } from "@countersign/react";

import { api, type Member, type Project } from "../api.ts";
import { FailedList } from "../failed-list.tsx";
import { isId } from "../is-id.ts";
import { useAppMessages } from "../messages/app-messages.ts";
import { TaskChangesProvider } from "../tasks/task-changes.tsx";

import { EditProject } from "./edit-project.tsx";
import { ProjectContext, type OpenProject } from "./project-context.ts";
import { ProjectGone } from "./project-gone.tsx";
import { partAt } from "./project-parts.ts";
import { ProjectTabs } from "./project-tabs.tsx";

import "../tasks/tasks.css";
import "./projects.css";

/** The frame round all pages of a project: its name, the ways to its parts, and an honest page once it is not there any more. */
export function ProjectFrame() {
  const { projectId = "" }: { readonly projectId?: string } = useParams({ strict: false });
  if (!isId(projectId)) return <ProjectGone projectId={projectId} seenName={null} />;
  // Another project is another page: nothing of the one before is kept.
  return <Frame key={projectId} projectId={projectId} />;
}

function Frame({ projectId }: { readonly projectId: string }) {
  const { client: rpc } = api.useUtils();
  const { projects: texts } = useAppMessages();
  const list = useLiveList(rpc.project, { filter: { id: { eq: projectId } }, pageSize: 1 });
  const members = useMembers(projectId);
  const userId = useUser((user) => user.id) ?? "";
  const [project] = list.rows;
  const [seenName, setSeenName] = useState<string | null>(null);
  if (project && project.name !== seenName) setSeenName(project.name);

  const open = useMemo(() => project && toOpenProject(project, members.rows, userId), [project, members.rows, userId]);

  if (!open && list.status === "ready") return <ProjectGone projectId={projectId} seenName={seenName} />;
  if (!open && list.status === "error") {
    return (
      <div className="cs-page">
        <FailedList text={texts.loadFailed} error={list.error} retry={list.retry} />
      </div>
    );
  }
  if (!open) return <LoadingProject />;

  return (
    <ProjectContext value={open}>
      <div className="cs-page project">
        <ProjectHead project={open.project} />
        <ProjectTabs projectId={projectId} />
        <TaskChangesProvider>
          <Outlet />
        </TaskChangesProvider>
      </div>
    </ProjectContext>
  );
}

/** All of them: a project has room for 200. */
function useMembers(projectId: string) {
  const { client: rpc } = api.useUtils();
  const [pageSize, setPageSize] = useState(100);
  const members = useLiveList(rpc.member, { filter: { projectId: { eq: projectId } }, pageSize });
  if (members.hasMore && pageSize === 100) setPageSize(200);
  return members;
}

function toOpenProject(project: Project, members: readonly Member[], userId: string): OpenProject {
  const role = members.find((member) => member.userId === userId)?.role ?? null;
  const mayManage = role === "manager";
  return { project, members, userId, role, mayEdit: mayManage || role === "editor", mayManage };
}

function ProjectHead({ project }: { readonly project: Project }) {
  const { projects: texts } = useAppMessages();
  const part = useRouterState({ select: ({ location }) => partAt(location.pathname, project.id) });
  const [form, setForm] = useState<"none" | "open" | "left">("none");
  // Who must not change it any more is not left with the form.
  const isEditing = form === "open" && project.$can.update;

  return (
    <header className="project__head">
      <div className="project__words">
        <Link to="/projects" className="project__up">
          {texts.title}
        </Link>
        <PageTitle windowTitle={part ? `${texts[part]} · ${project.name}` : project.name}>{project.name}</PageTitle>
        {project.description && !isEditing && (
          <p className="project__description" dir="auto">
            {project.description}
          </p>
        )}
      </div>
      {project.$can.update && !isEditing && (
        <Button size="small" aria-label={texts.edit} autoFocus={form === "left"} onClick={() => setForm("open")}>
          {texts.editShort}
        </Button>
      )}
      {isEditing && <EditProject project={project} onClose={() => setForm("left")} />}
    </header>
  );
}

function LoadingProject() {
  return (
    <Loading className="cs-page project">
      <Skeleton shape="title" width="14rem" />
      <Skeleton width="50%" />
      <Skeleton shape="control" width="20rem" />
      <div className="board">
        {["a", "b", "c"].map((column) => (
          <div className="board__column" key={column}>
            <Skeleton width="40%" />
            <Skeleton shape="control" />
            <Skeleton shape="control" />
          </div>
        ))}
      </div>
    </Loading>
  );
}
