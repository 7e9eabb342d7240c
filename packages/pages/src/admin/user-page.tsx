import type { AdminUser } from "@countersign/contract";
import { useSignedInUser } from "@countersign/react";

import { describeCallError } from "../form/describe-call-error.ts";
import { NotFoundPage } from "../message/not-found-page.tsx";
import { Button } from "../primitives/button.tsx";
import { Link } from "../primitives/link.tsx";
import { Notice } from "../primitives/notice.tsx";
import { Loading, Skeleton } from "../primitives/skeleton.tsx";
import { usePages } from "../provider/pages-context.ts";

import { adminPath } from "./admin-address.ts";
import { AdminFrame } from "./admin-frame.tsx";
import { useAdminUser } from "./use-admin-user.ts";
import { useMay } from "./use-may.ts";
import { UserAccessSection } from "./user-access-section.tsx";
import { UserBadges } from "./user-badges.tsx";
import { UserGroupsSection } from "./user-groups-section.tsx";
import { UserIdentitiesSection } from "./user-identities-section.tsx";
import { UserPasswordSection } from "./user-password-section.tsx";
import { UserPermissionsSection } from "./user-permissions-section.tsx";
import { UserPersonSection } from "./user-person-section.tsx";
import { UserRemovalSection } from "./user-removal-section.tsx";
import { UserSessionsSection } from "./user-sessions-section.tsx";

/** One account: what it is, what it may, where it is signed in, each changed in place by those who may. */
export function UserPage({ id }: { readonly id: string | null }) {
  const { messages, locale, routes } = usePages();
  const texts = messages.adminUser;
  const may = useMay();
  const state = useAdminUser(id ?? "");
  if (state.status === "missing") return <NotFoundPage />;

  return (
    <AdminFrame
      title={state.status === "ready" ? state.user.username : texts.title}
      section="users"
      aside={state.status === "ready" && <UserBadges user={state.user} />}
      action={
        <span className="cs-form__actions">
          {may("audit.view") && <Link to={adminPath(routes, "audit", { user: id })}>{messages.adminNav.audit}</Link>}
          <Link to={adminPath(routes, "users")}>{texts.all}</Link>
        </span>
      }
    >
      {state.status === "loading" && <LoadingUser />}
      {state.status === "error" && (
        <Notice
          tone="danger"
          action={
            <Button size="small" onClick={state.retry}>
              {messages.common.retry}
            </Button>
          }
        >
          {texts.failed} {describeCallError(state.error, messages, locale)}
        </Notice>
      )}
      {state.status === "ready" && <UserSections user={state.user} />}
    </AdminFrame>
  );
}

export interface UserSectionProps {
  readonly user: AdminUser;
}

function UserSections({ user }: { readonly user: AdminUser }) {
  const { adminUser: texts } = usePages().messages;
  const may = useMay();
  const me = useSignedInUser();
  const isOwn = me.id === user.id;
  const isBeyond = user.isSuperuser && !me.isSuperuser;
  // Somebody who holds more than the viewer: what asks for as much is left out.
  const holdsMore =
    !isOwn &&
    !isBeyond &&
    ((may("users.grant") && !user.$can.take) ||
      (may("users.change") && !user.$can.setActive) ||
      (may("users.delete") && !user.$can.remove));

  return (
    <>
      {isBeyond && <Notice>{texts.beyond}</Notice>}
      {isOwn && <Notice>{texts.own}</Notice>}
      {holdsMore && <Notice>{texts.holdsMore}</Notice>}
      <UserPersonSection user={user} />
      <UserAccessSection user={user} />
      <UserGroupsSection user={user} />
      <UserPermissionsSection user={user} />
      <UserPasswordSection user={user} />
      <UserIdentitiesSection user={user} />
      <UserSessionsSection user={user} />
      {user.$can.remove && <UserRemovalSection user={user} />}
    </>
  );
}

function LoadingUser() {
  return (
    <Loading className="cs-section">
      <Skeleton shape="title" width="12rem" />
      <Skeleton shape="control" />
      <Skeleton shape="control" />
    </Loading>
  );
}
