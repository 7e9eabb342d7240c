import { adminSessionOrders } from "@countersign/contract";

import { ActionNews } from "../form/action-news.tsx";
import { useAction } from "../form/use-action.ts";
import { usePages } from "../provider/pages-context.ts";

import { readChoice, readId, readParameter } from "./admin-address.ts";
import { AdminFrame } from "./admin-frame.tsx";
import { Filter } from "./filter.tsx";
import { ListBody } from "./list-body.tsx";
import { ListControls } from "./list-controls.tsx";
import { OneUserFilter } from "./one-user-filter.tsx";
import { SessionRow } from "./session-row.tsx";
import { useAdminCalls } from "./use-admin-calls.ts";
import { useAdminList } from "./use-admin-list.ts";
import { useListAddress } from "./use-list-address.ts";
import { useMay } from "./use-may.ts";
import type { AdminListPageProps } from "./users-page.tsx";

/** Where anybody is signed in. */
export function SessionsPage({ search }: AdminListPageProps) {
  const { adminSessions: texts, adminList } = usePages().messages;
  const may = useMay();
  const { sessions } = useAdminCalls();
  const action = useAction();
  const address = useListAddress("sessions", search, ["search", "user", "order"]);
  const order = readChoice(search, "order", adminSessionOrders);
  const query = {
    search: readParameter(search, "search")?.slice(0, 100),
    cursor: readParameter(search, "cursor") ?? undefined,
    userId: readId(search, "user") ?? undefined,
    order: order ?? undefined,
  };
  const list = useAdminList({ name: "sessions", query, live: sessions.live, list: sessions.list });

  return (
    <AdminFrame
      title={texts.title}
      section="sessions"
      aside={list.total !== null && <span className="cs-muted">{texts.count(list.total)}</span>}
    >
      <ListControls
        search={readParameter(search, "search")}
        onSearch={(text) => address.change({ search: text })}
        placeholder={texts.searchHint}
      >
        <OneUserFilter search={search} address={address} />
        <Filter
          label={adminList.order}
          value={order}
          onChange={(value) => address.change({ order: value })}
          none={texts.lastUsed}
          options={[
            ["lastUsedAt", texts.longUnused],
            ["-createdAt", texts.newest],
            ["createdAt", texts.oldest],
          ]}
        />
      </ListControls>
      <ActionNews action={action} />
      <ListBody label={texts.title} list={list} pages={{ address, cursor: readParameter(search, "cursor") }}>
        {(session) => <SessionRow session={session} mayEnd={may("users.end_sessions")} action={action} isNamed />}
      </ListBody>
    </AdminFrame>
  );
}
