import { EditSection } from "../account/edit-section.tsx";
import { usePages } from "../provider/pages-context.ts";

import { Checklist } from "./checklist.tsx";
import { useAdminCalls } from "./use-admin-calls.ts";
import { useAllGroups, useIsInGroup } from "./use-choices.ts";
import type { UserSectionProps } from "./user-page.tsx";

/** The groups somebody is in, to be ticked and unticked. */
export function UserGroupsSection({ user }: UserSectionProps) {
  const { adminUser: texts, account } = usePages().messages;
  const isInGroup = useIsInGroup();
  const all = useAllGroups();
  const { users } = useAdminCalls();
  // Those who may not see all groups can still take somebody out of one.
  const groups = all ?? user.groups;
  const heldIds = new Set(user.groups.map(({ id }) => id));
  const options = groups.map(({ id, name }) => ({
    value: id,
    label: <bdi>{name}</bdi>,
    note: isInGroup(name) ? undefined : texts.notYourGroup,
    // To be in a group is a right like others: who is not in it neither gives nor takes it.
    isFixed: !isInGroup(name) || !(heldIds.has(id) ? user.$can.take : user.$can.give),
  }));

  return (
    <EditSection
      title={account.groups}
      action={options.some(({ isFixed }) => !isFixed) ? texts.editGroups : null}
      content={
        <ul className="cs-checklist cs-checklist--held">
          {user.groups.length === 0 && <li className="cs-muted">{texts.noGroups}</li>}
          {user.groups.map(({ id, name }) => (
            <li key={id}>
              <bdi>{name}</bdi>
            </li>
          ))}
        </ul>
      }
    >
      {(close) => (
        <Checklist
          label={texts.editGroups}
          options={options}
          selected={[...heldIds]}
          version={user.version}
          save={(groupIds, version) => users.setGroups({ id: user.id, groupIds, version })}
          onDone={() => close(texts.saved)}
          onCancel={() => close()}
        />
      )}
    </EditSection>
  );
}
