import { useState } from "react";

import type { AdminGroup } from "@countersign/contract";
import { useUser } from "@countersign/react";

import { ActionNews } from "../form/action-news.tsx";
import { type ActionState, useAction } from "../form/use-action.ts";
import { Button } from "../primitives/button.tsx";
import { ConfirmInPlace } from "../primitives/confirm-in-place.tsx";
import { Icon } from "../primitives/icon.tsx";
import { Link } from "../primitives/link.tsx";
import { usePages } from "../provider/pages-context.ts";

import { adminPath, readParameter } from "./admin-address.ts";
import { AdminFrame } from "./admin-frame.tsx";
import { Checklist } from "./checklist.tsx";
import { ListBody } from "./list-body.tsx";
import { ListControls } from "./list-controls.tsx";
import { useAdminCalls } from "./use-admin-calls.ts";
import { useAdminList } from "./use-admin-list.ts";
import { useAllPermissions, useIsInGroup } from "./use-choices.ts";
import { useListAddress } from "./use-list-address.ts";
import { useMay } from "./use-may.ts";
import type { AdminListPageProps } from "./users-page.tsx";

/** The groups, what their members may, and how many there are; made, changed and removed in place. */
export function GroupsPage({ search }: AdminListPageProps) {
  const { adminGroups: texts } = usePages().messages;
  const may = useMay();
  const { groups } = useAdminCalls();
  const action = useAction();
  const [form, setForm] = useState<"none" | "open" | "left">("none");
  const address = useListAddress("groups", search, ["search"]);
  const query = {
    search: readParameter(search, "search")?.slice(0, 100),
    cursor: readParameter(search, "cursor") ?? undefined,
  };
  const list = useAdminList({ name: "groups", query, live: groups.live, list: groups.list });
  const mayChange = may("groups.change");

  return (
    <AdminFrame
      title={texts.title}
      section="groups"
      aside={list.total !== null && <span className="cs-muted">{texts.count(list.total)}</span>}
      action={
        mayChange &&
        form !== "open" && (
          <Button variant="primary" autoFocus={form === "left"} onClick={() => setForm("open")}>
            <Icon name="plus" />
            {texts.create}
          </Button>
        )
      }
    >
      {form === "open" && (
        <GroupForm label={texts.create} group={null} action={action} onClose={() => setForm("left")} />
      )}
      <ListControls
        search={readParameter(search, "search")}
        onSearch={(text) => address.change({ search: text })}
        placeholder={texts.name}
      />
      <ActionNews action={action} />
      <ListBody label={texts.title} list={list} pages={{ address, cursor: readParameter(search, "cursor") }}>
        {(group) => <GroupRow group={group} mayChange={mayChange} action={action} />}
      </ListBody>
    </AdminFrame>
  );
}

interface GroupRowProps {
  readonly group: AdminGroup;
  readonly mayChange: boolean;
  readonly action: ActionState;
}

function GroupRow({ group, mayChange, action }: GroupRowProps) {
  const { messages, routes } = usePages();
  const texts = messages.adminGroups;
  const may = useMay();
  const { groups } = useAdminCalls();
  const { mayTake } = useGroupRights(group);
  const [form, setForm] = useState<"none" | "open" | "left">("none");
  if (form === "open") {
    return <GroupForm label={texts.edit(group.name)} group={group} action={action} onClose={() => setForm("left")} />;
  }

  const members = texts.members(group.memberCount);
  return (
    <>
      <div className="cs-row__main">
        <span className="cs-row__title">
          <bdi>{group.name}</bdi>
        </span>
        <ul className="cs-row__facts">
          <li>
            {may("users.view") ? <Link to={adminPath(routes, "users", { group: group.id })}>{members}</Link> : members}
          </li>
          {group.permissions.map((permission) => (
            <li key={permission}>
              <code dir="ltr">{permission}</code>
            </li>
          ))}
        </ul>
      </div>
      {mayChange && (
        <>
          <Button
            variant="quiet"
            size="small"
            aria-label={texts.edit(group.name)}
            // The focus comes back to where it was when the form took it.
            autoFocus={form === "left"}
            onClick={() => setForm("open")}
          >
            {texts.change}
          </Button>
          {mayTake && (
            <ConfirmInPlace
              action={texts.remove}
              label={texts.removeLabel(group.name)}
              question={texts.removeQuestion(group.name, group.memberCount)}
              confirm={texts.remove}
              confirming={texts.removing}
              onConfirm={() =>
                action.run(async () => {
                  await groups.remove(group.id);
                  return texts.removed(group.name);
                })
              }
            />
          )}
        </>
      )}
    </>
  );
}

interface GroupFormProps {
  readonly label: string;
  /** Null for a new one. */
  readonly group: AdminGroup | null;
  readonly action: ActionState;
  readonly onClose: () => void;
}

function GroupForm({ label, group, action, onClose }: GroupFormProps) {
  const { adminGroups: texts, adminUser } = usePages().messages;
  const { groups } = useAdminCalls();
  const held = group?.permissions ?? [];
  const all = useAllPermissions() ?? held.map((name) => ({ name, isHeld: true }));
  const { mayTake, mayRename } = useGroupRights(group);

  return (
    <div className="cs-panel">
      <Checklist
        label={label}
        naming={{
          label: texts.name,
          initial: group?.name ?? "",
          isFixed: !mayRename,
          help: mayRename ? null : texts.nameFixed,
        }}
        options={all.map(({ name, isHeld }) => ({
          value: name,
          label: <code dir="ltr">{name}</code>,
          note: isHeld ? undefined : adminUser.notYours,
          isFixed: !isHeld || (held.includes(name) && !mayTake),
        }))}
        selected={held}
        version={group?.version ?? 0}
        save={async (permissions, version, name) => {
          if (group === null) await groups.create({ name, permissions });
          else await groups.update({ id: group.id, version, name, permissions });
          void action.run(async () => texts.saved(name));
        }}
        onDone={onClose}
        onCancel={onClose}
      />
    </div>
  );
}

/**
 * What is asked of who takes anything from a group, and of who gives it another name (see decision 013). For showing only:
 * the server asks again.
 */
function useGroupRights(group: AdminGroup | null): { readonly mayTake: boolean; readonly mayRename: boolean } {
  const all = useAllPermissions();
  const isSuperuser = useUser((user) => user.isSuperuser) ?? false;
  const isInGroup = useIsInGroup();
  if (isSuperuser || group === null) return { mayTake: true, mayRename: true };

  const isEmpty = group.memberCount === 0;
  const beyond = new Set(all?.filter(({ isHeld }) => !isHeld).map(({ name }) => name));
  return {
    mayTake: (isEmpty || isInGroup(group.name)) && !group.permissions.some((name) => beyond.has(name)),
    mayRename: isEmpty,
  };
}
