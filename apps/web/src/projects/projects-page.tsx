import { useState } from "react";

import {
  Button,
  buttonClass,
  EmptyState,
  Icon,
  Link,
  ListControls,
  PageTitle,
  RelativeTime,
  usePages,
} from "@countersign/pages";
import { useLiveList } from "@countersign/react";

import { api, type Project } from "../api.ts";
import { FailedList } from "../failed-list.tsx";
import { LoadingRows } from "../loading-rows.tsx";
import { useAppMessages } from "../messages/app-messages.ts";
import { useAddress, type Address } from "../use-address.ts";

import { NewProject } from "./new-project.tsx";

import "./projects.css";

const pageSize = 20;

/** The projects the user is a member of, live: one that somebody adds them to is here at once. */
export function ProjectsPage() {
  const { client: rpc } = api.useUtils();
  const { projects: texts } = useAppMessages();
  const address = useAddress();
  const [form, setForm] = useState<"none" | "open" | "left">("none");
  const search = textOf(address.search["search"]);
  const page = pageOf(address.search["page"]);
  const list = useLiveList(rpc.project, {
    ...(search !== null && { search }),
    order: { by: "name" },
    pageSize,
    page,
  });
  const isEmpty = list.status === "ready" && list.rows.length === 0;
  const hasAny = search !== null || page > 1 || list.rows.length > 0;

  return (
    <div className="cs-page projects">
      <header className="cs-page__head">
        <div className="projects__heading">
          <PageTitle>{texts.title}</PageTitle>
          {list.total !== null && list.total > 0 && <span className="cs-muted">{texts.count(list.total)}</span>}
        </div>
        {form !== "open" && hasAny && (
          // The focus comes back to where it was when the form took it.
          <Button variant="primary" autoFocus={form === "left"} onClick={() => setForm("open")}>
            <Icon name="plus" />
            {texts.create}
          </Button>
        )}
      </header>
      {form === "open" && <NewProject onCancel={() => setForm("left")} />}
      {hasAny && (
        <ListControls
          search={search}
          onSearch={(text) => address.change({ search: text, page: null })}
          placeholder={texts.searchHint}
        />
      )}
      {list.status === "error" && <FailedList text={texts.failed} error={list.error} retry={list.retry} />}
      {list.status === "loading" && <LoadingRows />}
      {isEmpty && hasAny && <EmptyState title={texts.nothing}>{texts.nothingText}</EmptyState>}
      {isEmpty && !hasAny && form !== "open" && (
        <EmptyState
          title={texts.emptyTitle}
          action={
            <Button variant="primary" onClick={() => setForm("open")}>
              {texts.emptyAction}
            </Button>
          }
        >
          {texts.emptyText}
        </EmptyState>
      )}
      {list.rows.length > 0 && (
        <ul className="cs-list" aria-label={texts.title}>
          {list.rows.map((project) => (
            <li className="cs-row" key={project.id}>
              <ProjectRow project={project} />
            </li>
          ))}
        </ul>
      )}
      <Pager address={address} page={page} shown={list.rows.length} total={list.total} />
    </div>
  );
}

function ProjectRow({ project }: { readonly project: Project }) {
  const { projects: texts } = useAppMessages();
  return (
    <>
      <div className="cs-row__main">
        <h2 className="projects__name">
          <Link to={`/projects/${project.id}`} className="projects__link">
            <bdi>{project.name}</bdi>
          </Link>
        </h2>
        {project.description && (
          <p className="projects__description" dir="auto">
            {project.description}
          </p>
        )}
      </div>
      <span className="projects__time">
        {texts.changed} <RelativeTime at={project.updatedAt} />
      </span>
    </>
  );
}

interface PagerProps {
  readonly address: Address;
  readonly page: number;
  readonly shown: number;
  readonly total: number | null;
}

/** The way to the other pages; nothing where one holds all. */
function Pager({ address, page, shown, total }: PagerProps) {
  const { projects: texts } = useAppMessages();
  const { messages } = usePages();
  const first = (page - 1) * pageSize + 1;
  if (total === null || (total <= pageSize && page === 1)) return null;

  return (
    <nav className="projects__pager" aria-label={texts.pages}>
      {shown > 0 && <span>{texts.range(first, first + shown - 1, total)}</span>}
      {page > 1 && (
        <Link
          to={address.with({ page: page === 2 ? null : String(page - 1) })}
          className={buttonClass({ size: "small" })}
        >
          {shown > 0 ? texts.previous : messages.adminList.first}
        </Link>
      )}
      {page * pageSize < total && (
        <Link to={address.with({ page: String(page + 1) })} className={buttonClass({ size: "small" })}>
          {texts.next}
        </Link>
      )}
    </nav>
  );
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value.slice(0, 100) : null;
}

function pageOf(value: unknown): number {
  const page = Number(textOf(value) ?? 1);
  return Number.isInteger(page) && page >= 1 && page <= 5000 ? page : 1;
}
