import { keepPreviousData, useQuery } from "@tanstack/react-query";

import type { AdminConnection } from "@countersign/contract";

import { describeDevice } from "../account/describe-device.ts";
import { Icon } from "../primitives/icon.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { usePages } from "../provider/pages-context.ts";

import { readId, readParameter } from "./admin-address.ts";
import { AdminFrame } from "./admin-frame.tsx";
import { ListBody } from "./list-body.tsx";
import { ListControls } from "./list-controls.tsx";
import { useAdminCalls } from "./use-admin-calls.ts";
import { useAdminList } from "./use-admin-list.ts";
import { useListAddress } from "./use-list-address.ts";
import { UserLink } from "./user-link.tsx";
import type { AdminListPageProps } from "./users-page.tsx";

/** Who is connected just now: they come and go as one looks. */
export function ConnectionsPage({ search }: AdminListPageProps) {
  const { adminConnections: texts } = usePages().messages;
  const { connections } = useAdminCalls();
  const query = { search: readSearch(search), userId: readId(search, "user") ?? undefined, limit: 100 };
  const list = useAdminList({ name: "connections", query, live: connections.live });
  const address = useListAddress("connections", search, ["search", "user"]);
  const ids = list.rows.map(({ id }) => id).join(" ");
  const count = useQuery({
    queryKey: ["countersign", "admin", "connection-count", ids],
    queryFn: () => connections.count(),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });

  return (
    <AdminFrame
      title={texts.title}
      section="connections"
      aside={count.data && <span className="cs-muted">{texts.count(count.data.connections, count.data.users)}</span>}
    >
      <ListControls
        search={readParameter(search, "search")}
        onSearch={(text) => address.change({ search: text })}
        placeholder={texts.searchHint}
      />
      <ListBody label={texts.title} list={list}>
        {(connection) => <ConnectionRow connection={connection} />}
      </ListBody>
      <p className="cs-muted">{texts.newest}</p>
    </AdminFrame>
  );
}

function readSearch(search: AdminListPageProps["search"]): string | undefined {
  return readParameter(search, "search")?.slice(0, 100);
}

function ConnectionRow({ connection }: { readonly connection: AdminConnection }) {
  const { messages } = usePages();
  const texts = messages.adminConnections;
  const device = describeDevice(connection.userAgent, messages.device);

  return (
    <>
      <Icon name={device.kind} className="cs-row__icon" />
      <div className="cs-row__main">
        <span className="cs-row__title">
          {connection.username === null ? (
            <span className="cs-muted">{texts.visitor}</span>
          ) : (
            <UserLink id={connection.userId} name={connection.username} />
          )}
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
        </ul>
      </div>
    </>
  );
}
