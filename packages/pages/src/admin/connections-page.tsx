import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { AdminConnection } from "@countersign/contract";
import { useUser } from "@countersign/react";

import { describeDevice } from "../account/describe-device.ts";
import { ActionNews } from "../form/action-news.tsx";
import { type ActionState, useAction } from "../form/use-action.ts";
import { Badge } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";
import { ConfirmInPlace } from "../primitives/confirm-in-place.tsx";
import { Icon } from "../primitives/icon.tsx";
import { Link } from "../primitives/link.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { usePages } from "../provider/pages-context.ts";

import { adminPath, type AdminSearch, readChoice, readId, readParameter } from "./admin-address.ts";
import { AdminFrame } from "./admin-frame.tsx";
import { ListBody } from "./list-body.tsx";
import { ListControls } from "./list-controls.tsx";
import { OneUserFilter } from "./one-user-filter.tsx";
import { useAdminCalls } from "./use-admin-calls.ts";
import { useAdminList } from "./use-admin-list.ts";
import { useListAddress } from "./use-list-address.ts";
import { useMay } from "./use-may.ts";
import { UserLink } from "./user-link.tsx";
import type { AdminListPageProps } from "./users-page.tsx";

/** Who is connected just now: they come and go as one looks. */
export function ConnectionsPage({ search }: AdminListPageProps) {
  const { adminConnections: texts, adminList } = usePages().messages;
  const { connections } = useAdminCalls();
  const action = useAction();
  const address = useListAddress("connections", search, ["search", "user", "show"]);
  const limit = Number(readChoice(search, "show", more) ?? fewest);
  const { list, isGrowing } = useConnections(search, limit);
  const ids = list.rows.map(({ id }) => id).join(" ");
  const count = useQuery({
    queryKey: ["countersign", "admin", "connection-count", ids],
    queryFn: () => connections.count(),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });
  const next = more.find((rows) => Number(rows) > limit);
  const total = list.total ?? 0;

  return (
    <AdminFrame
      title={texts.title}
      section="connections"
      aside={count.data && <span className="cs-muted">{texts.count(count.data.connections, count.data.users)}</span>}
    >
      <ListControls
        search={readParameter(search, "search")}
        onSearch={(text) => address.change({ search: text, show: null })}
        placeholder={texts.searchHint}
      >
        <OneUserFilter search={search} address={address} />
      </ListControls>
      <ActionNews action={action} />
      <ListBody label={texts.title} list={list}>
        {(connection) => <ConnectionRow connection={connection} action={action} />}
      </ListBody>
      {(isGrowing || (next !== undefined && total > limit)) && (
        <div className="cs-pager">
          <Button size="small" isBusy={isGrowing} onClick={() => address.change({ show: next ?? null })}>
            {adminList.more}
          </Button>
        </div>
      )}
      <p className="cs-muted">
        {total > list.rows.length ? `${texts.newest(list.rows.length, total)} ` : ""}
        {texts.ofThisServer}
      </p>
    </AdminFrame>
  );
}

/** So many are shown at first, and so many on asking: the server gives no more at once. */
const fewest = 100;
const more = ["200", "300", "400", "500"] as const;

/** The newest connections. While more of the same are asked for, those that are known stay. */
function useConnections(search: AdminSearch, limit: number) {
  const { connections } = useAdminCalls();
  const viewerId = useUser((user) => user.id);
  const query = { search: readSearch(search), userId: readId(search, "user") ?? undefined };
  const list = useAdminList({ name: "connections", query: { ...query, limit }, live: connections.live });
  const name = JSON.stringify([viewerId, query]);
  const [known, setKnown] = useState({ name, limit, list });
  if (list.status === "ready" && list.rows !== known.list.rows) setKnown({ name, limit, list });

  const isGrowing = list.status === "loading" && known.name === name && known.limit < limit;
  return { list: isGrowing ? known.list : list, isGrowing };
}

function readSearch(search: AdminListPageProps["search"]): string | undefined {
  return readParameter(search, "search")?.slice(0, 100);
}

interface ConnectionRowProps {
  readonly connection: AdminConnection;
  readonly action: ActionState;
}

function ConnectionRow({ connection, action }: ConnectionRowProps) {
  const { messages, routes } = usePages();
  const texts = messages.adminConnections;
  const may = useMay();
  const ownSessionId = useUser((user) => user.sessionId);
  const { sessions } = useAdminCalls();
  const device = describeDevice(connection.userAgent, messages.device);
  const { sessionId, userId, username } = connection;
  const isOwn = sessionId !== null && sessionId === ownSessionId;
  const name = username === null ? device.name : messages.adminSessions.of(username, device.name);

  return (
    <>
      <Icon name={device.kind} className="cs-row__icon" />
      <div className="cs-row__main">
        <span className="cs-row__title">
          {username === null ? (
            <span className="cs-muted">{texts.visitor}</span>
          ) : (
            <UserLink id={userId} name={username} />
          )}
          {isOwn && <Badge tone="accent">{messages.sessions.current}</Badge>}
        </span>
        <ul className="cs-row__facts">
          <li title={connection.userAgent ?? undefined}>
            <bdi>{device.name}</bdi>
          </li>
          <li>
            <bdi>{connection.ip}</bdi>
          </li>
          <li>
            {texts.since} <RelativeTime at={connection.since} />
          </li>
          <li>{texts.subscriptions(connection.subscriptions)}</li>
          {userId !== null && username !== null && may("sessions.view") && (
            <li>
              <Link to={adminPath(routes, "sessions", { user: userId })} aria-label={texts.sessionsOf(username)}>
                {texts.sessions}
              </Link>
            </li>
          )}
        </ul>
      </div>
      {sessionId !== null && !isOwn && may("users.end_sessions") && (
        <ConfirmInPlace
          action={messages.sessions.end}
          label={messages.sessions.endLabel(name)}
          question={messages.sessions.endQuestion(name)}
          confirm={messages.sessions.end}
          confirming={messages.sessions.ending}
          onConfirm={() =>
            action.run(async () => {
              await sessions.end(sessionId);
              return messages.sessions.ended(name);
            })
          }
        />
      )}
    </>
  );
}
