import { useState } from "react";

import type { AdminUserListQuery } from "@countersign/client";
import { adminUserOrders, type AdminUserRow } from "@countersign/contract";

import { Badge } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";
import { Icon } from "../primitives/icon.tsx";
import { Link } from "../primitives/link.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { usePages } from "../provider/pages-context.ts";

import { adminPath, type AdminSearch, readChoice, readId, readParameter } from "./admin-address.ts";
import { AdminFrame } from "./admin-frame.tsx";
import { Filter } from "./filter.tsx";
import { ListBody } from "./list-body.tsx";
import { ListControls } from "./list-controls.tsx";
import { NewUserPanel } from "./new-user-panel.tsx";
import { useAdminCalls } from "./use-admin-calls.ts";
import { type AdminListState, useAdminList } from "./use-admin-list.ts";
import { useAllGroups } from "./use-choices.ts";
import { useListAddress } from "./use-list-address.ts";
import { useMay } from "./use-may.ts";
import { UserBadges } from "./user-badges.tsx";

export interface AdminListPageProps {
  /** What is behind `?` in the address. */
  readonly search: AdminSearch;
}

/** All accounts: searched, filtered and ordered through the address, each changing in place as it changes. */
export function UsersPage({ search }: AdminListPageProps) {
  const { adminUsers: texts, adminList, account } = usePages().messages;
  const may = useMay();
  const list = useUserList(search);
  const address = useListAddress("users", search, ["search", "is", "group", "order"]);
  const groups = useAllGroups();
  const groupId = readId(search, "group");
  const [form, setForm] = useState<"none" | "open" | "left">("none");

  return (
    <AdminFrame
      title={texts.title}
      section="users"
      aside={list.total !== null && <span className="cs-muted">{texts.count(list.total)}</span>}
      action={
        may("users.create") &&
        form !== "open" && (
          // The focus comes back to where it was when the form took it.
          <Button variant="primary" autoFocus={form === "left"} onClick={() => setForm("open")}>
            <Icon name="plus" />
            {texts.create}
          </Button>
        )
      }
    >
      {form === "open" && <NewUserPanel onCancel={() => setForm("left")} />}
      <ListControls
        search={readParameter(search, "search")}
        onSearch={(text) => address.change({ search: text })}
        placeholder={texts.searchHint}
      >
        <Filter
          label={texts.status}
          value={readChoice(search, "is", userStates)}
          onChange={(is) => address.change({ is })}
          options={userStates.map((state) => [state, texts[state]])}
        />
        {groups && (groups.length > 0 || groupId !== null) && (
          <Filter
            label={account.groups}
            value={groupId}
            onChange={(group) => address.change({ group })}
            options={groups.map(({ id, name }) => [id, name])}
          />
        )}
        <Filter
          label={adminList.order}
          value={readChoice(search, "order", adminUserOrders)}
          onChange={(order) => address.change({ order })}
          none={texts.byUsername}
          options={[
            ["-username", texts.byUsernameDown],
            ["-createdAt", texts.newest],
            ["createdAt", texts.oldest],
            ["-lastLoginAt", texts.lastSeen],
          ]}
        />
      </ListControls>
      <ListBody label={texts.title} list={list} pages={{ address, cursor: readParameter(search, "cursor") }}>
        {(user) => <UserRow user={user} />}
      </ListBody>
    </AdminFrame>
  );
}

/** The page of the list of users that an address shows, live. */
export function useUserList(search: AdminSearch): AdminListState<AdminUserRow> {
  const { users } = useAdminCalls();
  return useAdminList({ name: "users", query: readUserQuery(search), live: users.live, list: users.list });
}

/** What the filter of the list can be set to, as it stands in the address. */
const userStates = ["active", "inactive", "staff", "superuser"] as const;

function readUserQuery(search: AdminSearch): AdminUserListQuery {
  const is = readChoice(search, "is", userStates);
  return {
    search: readParameter(search, "search")?.slice(0, 100),
    cursor: readParameter(search, "cursor") ?? undefined,
    groupId: readId(search, "group") ?? undefined,
    order: readChoice(search, "order", adminUserOrders) ?? undefined,
    isActive: is === "active" || is === "inactive" ? is === "active" : undefined,
    isStaff: is === "staff" || undefined,
    isSuperuser: is === "superuser" || undefined,
  };
}

function UserRow({ user }: { readonly user: AdminUserRow }) {
  const { messages, routes } = usePages();
  const texts = messages.adminUsers;
  const name = [user.firstName, user.lastName].filter(Boolean).join(" ");

  return (
    <div className="cs-row__main">
      <span className="cs-row__title">
        <Link to={adminPath(routes, `users/${user.id}`)}>
          <bdi>{user.username}</bdi>
        </Link>
        <UserBadges user={user} />
        {user.groups.map(({ id, name: group }) => (
          <Badge key={id}>
            <bdi>{group}</bdi>
          </Badge>
        ))}
      </span>
      <ul className="cs-row__facts">
        {name && (
          <li>
            <bdi>{name}</bdi>
          </li>
        )}
        {user.email && (
          <li>
            <bdi>{user.email}</bdi>
          </li>
        )}
        <li>
          {user.lastLoginAt ? (
            <>
              {texts.lastLogin} <RelativeTime at={user.lastLoginAt} />
            </>
          ) : (
            texts.neverSignedIn
          )}
        </li>
      </ul>
    </div>
  );
}
