import type { AdminUser } from "@countersign/contract";

import { EditSection } from "../account/edit-section.tsx";
import { usePages } from "../provider/pages-context.ts";

import { Checklist } from "./checklist.tsx";
import { useAdminCalls } from "./use-admin-calls.ts";
import { useAllPermissions } from "./use-choices.ts";
import type { UserSectionProps } from "./user-page.tsx";

/** What somebody may, and where each permission comes from; those held directly can be ticked and unticked. */
export function UserPermissionsSection({ user }: UserSectionProps) {
  const { messages, locale } = usePages();
  const texts = messages.adminUser;
  const all = useAllPermissions();
  const { users } = useAdminCalls();
  const groupsOf = new Map(user.inherited.map(({ permission, groups }) => [permission, groups]));
  const choices = all ?? user.permissions.map((name) => ({ name, isHeld: true }));

  function describeSource(permission: string) {
    const groups = groupsOf.get(permission);
    return groups && texts.through(new Intl.ListFormat(locale, { type: "unit" }).format(groups));
  }

  const options = choices.map(({ name, isHeld }) => ({
    value: name,
    label: <code dir="ltr">{name}</code>,
    note: joinNotes(describeSource(name), isHeld ? undefined : texts.notYours),
    // What one does not hold one can neither give nor take away.
    isFixed: !isHeld || !(user.permissions.includes(name) ? user.$can.take : user.$can.give),
  }));

  return (
    <EditSection
      title={texts.permissions}
      lead={user.isSuperuser ? texts.superuserText : undefined}
      action={options.some(({ isFixed }) => !isFixed) ? texts.editPermissions : null}
      content={<HeldPermissions user={user} describeSource={describeSource} />}
    >
      {(close) => (
        <Checklist
          label={texts.editPermissions}
          options={options}
          selected={user.permissions}
          version={user.version}
          save={(permissions, version) => users.setPermissions({ id: user.id, permissions, version })}
          onDone={() => close(texts.saved)}
          onCancel={() => close()}
        />
      )}
    </EditSection>
  );
}

function joinNotes(...notes: readonly (string | undefined)[]): string | undefined {
  return notes.filter(Boolean).join(" · ") || undefined;
}

interface HeldPermissionsProps {
  readonly user: AdminUser;
  readonly describeSource: (permission: string) => string | undefined;
}

function HeldPermissions({ user, describeSource }: HeldPermissionsProps) {
  const { adminUser: texts } = usePages().messages;
  const held = [...new Set([...user.permissions, ...user.inherited.map(({ permission }) => permission)])].toSorted();
  const sourceOf = (permission: string) => [
    ...(user.permissions.includes(permission) ? [texts.direct] : []),
    describeSource(permission) ?? [],
  ];

  return (
    <ul className="cs-checklist cs-checklist--held">
      {held.length === 0 && <li className="cs-muted">{texts.noPermissions}</li>}
      {held.map((permission) => (
        <li key={permission}>
          <code dir="ltr">{permission}</code>{" "}
          <span className="cs-checklist__note">{sourceOf(permission).flat().join(" · ")}</span>
        </li>
      ))}
    </ul>
  );
}
