import { useState } from "react";

import { Badge, ConfirmInPlace, describeCallError, Notice, RelativeTime, usePages, useToast } from "@countersign/pages";

import { api, type Member } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";
import { useProjectDrafts } from "../tasks/use-project-drafts.ts";

import { Person } from "./person.tsx";
import { useProject } from "./project-context.ts";
import { nameOf, roles, type Role } from "./project.ts";

export interface MemberRowProps {
  readonly member: Member;
  /** Nobody else manages the project: this one can neither go nor become less. */
  readonly isLastManager: boolean;
  readonly onRemoved: (name: string) => void;
}

/** A member: their role, and the way out. */
export function MemberRow({ member, isLastManager, onRemoved }: MemberRowProps) {
  const { client: rpc } = api.useUtils();
  const { messages, locale, navigate } = usePages();
  const { members: texts } = useAppMessages();
  const { project, userId } = useProject();
  const show = useToast();
  /** The role that was chosen, until the server has answered. */
  const [chosen, setChosen] = useState<Role | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const { left: drafts, discard } = useProjectDrafts(project.id);
  const isSelf = member.userId === userId;
  const name = nameOf(member);
  const leaveQuestion =
    drafts.length > 0 ? texts.leaveUnsavedQuestion(project.name) : texts.leaveQuestion(project.name);

  async function setRole(role: Role) {
    setFailure(null);
    setChosen(role);
    try {
      await rpc.member.update.mutate({ id: member.id, version: member.version, role, key: crypto.randomUUID() });
    } catch (error) {
      setFailure(`${texts.notChanged} ${describeCallError(error, messages, locale)}`);
    } finally {
      setChosen(null);
    }
  }

  async function remove() {
    setFailure(null);
    try {
      await rpc.member.remove.mutate({ id: member.id, key: crypto.randomUUID() });
    } catch (error) {
      return setFailure(describeCallError(error, messages, locale));
    }
    if (!isSelf) return onRemoved(name);
    // They were asked.
    for (const { id } of drafts) discard(id);
    show({ text: texts.left(project.name) });
    navigate("/projects", { replace: true });
  }

  return (
    <>
      <div className="cs-row__main">
        <span className="cs-row__title">
          <Person member={member} />
          {isSelf && <Badge>{texts.you}</Badge>}
        </span>
        <ul className="cs-row__facts">
          {member.name && (
            <li>
              <bdi>{member.username}</bdi>
            </li>
          )}
          {member.createdAt !== null && (
            <li>
              {texts.since} <RelativeTime at={member.createdAt} />
            </li>
          )}
        </ul>
      </div>
      {member.$can.update && !isLastManager ? (
        <select
          className="cs-input cs-select members__role"
          aria-label={texts.roleOf(name)}
          value={chosen ?? member.role}
          aria-busy={chosen !== null || undefined}
          onChange={(event) => void setRole(event.currentTarget.value as Role)}
        >
          {roles.map((role) => (
            <option key={role} value={role}>
              {texts.roles[role]}
            </option>
          ))}
        </select>
      ) : (
        <Badge tone={member.role === "manager" ? "accent" : "neutral"}>{texts.roles[member.role]}</Badge>
      )}
      {(member.$can.remove || isSelf) && !isLastManager && (
        <ConfirmInPlace
          action={isSelf ? texts.leave : texts.remove}
          label={isSelf ? texts.leaveLabel : texts.removeLabel(name)}
          question={isSelf ? leaveQuestion : texts.removeQuestion(name)}
          confirm={isSelf ? texts.leave : texts.remove}
          confirming={isSelf ? texts.leaving : texts.removing}
          onConfirm={remove}
        />
      )}
      {isLastManager && isSelf && <p className="cs-muted members__hint">{texts.lastManager}</p>}
      {failure !== null && <Notice tone="danger">{failure}</Notice>}
    </>
  );
}
