import { useEffect, useRef, type ComponentType } from "react";

import type { LibraryPermission } from "@countersign/contract";

import { ForbiddenPage } from "../message/forbidden-page.tsx";
import { NotFoundPage } from "../message/not-found-page.tsx";
import { usePages } from "../provider/pages-context.ts";

import { readId, type AdminSearch } from "./admin-address.ts";
import { AdminFrame } from "./admin-frame.tsx";
import { AuditPage } from "./audit-page.tsx";
import { ConnectionsPage } from "./connections-page.tsx";
import { GroupsPage } from "./groups-page.tsx";
import { SessionsPage } from "./sessions-page.tsx";
import { useAdminSections, type AdminSection } from "./use-admin-sections.ts";
import { useMay } from "./use-may.ts";
import { UserPage } from "./user-page.tsx";
import { UsersPage } from "./users-page.tsx";

/** What each page of the admin's is given. */
export interface AdminPageProps {
  /** What is behind `?` in the address. */
  readonly search: AdminSearch;
  /** Which one, where the page is about one. */
  readonly id: string | null;
}

export type AdminPageName = "users" | "user" | "groups" | "sessions" | "audit" | "connections";

export interface AdminAreaProps {
  /** The address below `/admin/`: `users`, `users/5f2c…`. */
  readonly path: string;
  readonly search: AdminSearch;
  /** The app's own pages in place of these, by name. */
  readonly pages?: Partial<Record<AdminPageName, ComponentType<AdminPageProps>>>;
}

/**
 * The admin's pages, all of them below one address of the app, for people who are signed in. Each is shown to those who
 * hold its permission, and goes at once when it is taken from them.
 */
export function AdminArea({ path, search, pages }: AdminAreaProps) {
  const may = useMay();
  const [section = "", id = null, ...rest] = path.split("/").filter(Boolean);
  if (section === "") return <FirstSection />;

  const page = adminPages.find((one) => one.section === section && one.isAboutOne === (id !== null));
  const isMalformed = id !== null && readId({ id }, "id") === null;
  if (!page || isMalformed || rest.length > 0) return <NotFoundPage />;
  if (!may(page.permission)) return <ForbiddenSection section={page.section} />;

  const Page = pages?.[page.name] ?? page.Page;
  return <Page key={id} search={search} id={id} />;
}

/** In place of a page that is not for this person, or not any more; the way to the others stays. */
function ForbiddenSection({ section }: { readonly section: AdminSection["name"] }) {
  const { forbidden } = usePages().messages;
  const hasOthers = useAdminSections().length > 0;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // What had the focus went with the page.
    if (document.activeElement === document.body) place.current?.querySelector("h1")?.focus();
  }, []);

  return (
    <div ref={place}>
      {hasOthers ? (
        <AdminFrame title={forbidden.title} section={section}>
          <p className="cs-message__text">{forbidden.text}</p>
        </AdminFrame>
      ) : (
        <ForbiddenPage />
      )}
    </div>
  );
}

/** Leads to the first part this person may see. */
function FirstSection() {
  const { navigate } = usePages();
  const first = useAdminSections()[0]?.to ?? null;
  useEffect(() => {
    if (first !== null) navigate(first, { replace: true });
  }, [first, navigate]);
  return first === null && <ForbiddenPage />;
}

interface AdminPageEntry {
  readonly name: AdminPageName;
  readonly section: AdminSection["name"];
  readonly isAboutOne: boolean;
  readonly permission: LibraryPermission;
  readonly Page: ComponentType<AdminPageProps>;
}

const adminPages: readonly AdminPageEntry[] = [
  { name: "users", section: "users", isAboutOne: false, permission: "users.view", Page: UsersPage },
  { name: "user", section: "users", isAboutOne: true, permission: "users.view", Page: UserPage },
  { name: "groups", section: "groups", isAboutOne: false, permission: "groups.view", Page: GroupsPage },
  { name: "sessions", section: "sessions", isAboutOne: false, permission: "sessions.view", Page: SessionsPage },
  { name: "audit", section: "audit", isAboutOne: false, permission: "audit.view", Page: AuditPage },
  {
    name: "connections",
    section: "connections",
    isAboutOne: false,
    permission: "connections.view",
    Page: ConnectionsPage,
  },
];
