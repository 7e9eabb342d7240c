import type { AdminSession } from "@countersign/contract";

import { describeDevice } from "../account/describe-device.ts";
import { SessionFacts } from "../account/session-facts.tsx";
import type { ActionState } from "../form/use-action.ts";
import { ConfirmInPlace } from "../primitives/confirm-in-place.tsx";
import { Icon } from "../primitives/icon.tsx";
import { usePages } from "../provider/pages-context.ts";

import { useAdminCalls } from "./use-admin-calls.ts";
import { UserLink } from "./user-link.tsx";

export interface SessionRowProps {
  readonly session: AdminSession;
  readonly mayEnd: boolean;
  readonly action: ActionState;
  /** Does the row say whose it is? */
  readonly isNamed?: boolean;
}

/** A running session of anybody: of whom, on what, from where, since when; and its end. */
export function SessionRow({ session, mayEnd, action, isNamed = false }: SessionRowProps) {
  const { messages } = usePages();
  const texts = messages.sessions;
  const { sessions } = useAdminCalls();
  const device = describeDevice(session.userAgent, messages.device);
  const name = isNamed ? messages.adminSessions.of(session.username, device.name) : device.name;

  return (
    <>
      <Icon name={device.kind} className="cs-row__icon" />
      <div className="cs-row__main">
        <span className="cs-row__title" title={session.userAgent ?? undefined}>
          {isNamed && <UserLink id={session.userId} name={session.username} />}
          <bdi>{device.name}</bdi>
        </span>
        <SessionFacts session={session} />
      </div>
      {mayEnd && (
        <ConfirmInPlace
          action={texts.end}
          label={texts.endLabel(name)}
          question={texts.endQuestion(name)}
          confirm={texts.end}
          confirming={texts.ending}
          onConfirm={() =>
            action.run(async () => {
              await sessions.end(session.id);
              return texts.ended(name);
            })
          }
        />
      )}
    </>
  );
}
