import { useId } from "react";

import { ActionNews } from "../form/action-news.tsx";
import { type ActionState, useAction } from "../form/use-action.ts";
import { ConfirmInPlace } from "../primitives/confirm-in-place.tsx";
import { usePages } from "../provider/pages-context.ts";

import { ListBody } from "./list-body.tsx";
import { SessionRow } from "./session-row.tsx";
import { useAdminCalls } from "./use-admin-calls.ts";
import { useAdminList } from "./use-admin-list.ts";
import { useMay } from "./use-may.ts";
import type { UserSectionProps } from "./user-page.tsx";

/** Where somebody is signed in, and how that is ended. */
export function UserSessionsSection({ user }: UserSectionProps) {
  const { adminUser: texts, adminNav, sessions } = usePages().messages;
  const may = useMay();
  const { users } = useAdminCalls();
  const action = useAction();
  const titleId = useId();
  const { id, username } = user;
  const mayEnd = user.$can.endSessions;

  return (
    <section className="cs-section" aria-labelledby={titleId}>
      <div className="cs-section__head">
        <h2 className="cs-section__title" id={titleId}>
          {adminNav.sessions}
        </h2>
        {mayEnd && user.sessionCount > 0 && (
          <ConfirmInPlace
            action={texts.endAll}
            question={texts.endAllQuestion(username)}
            confirm={texts.endAll}
            confirming={sessions.ending}
            onConfirm={() =>
              action.run(async () => {
                await users.endSessions(id);
                return texts.ended(username);
              })
            }
          />
        )}
      </div>
      <p className="cs-section__lead">{user.sessionCount === 0 ? texts.signedInNowhere : texts.sessionsText}</p>
      <ActionNews action={action} />
      {may("sessions.view") && user.sessionCount > 0 && <SessionsOfUser userId={id} mayEnd={mayEnd} action={action} />}
    </section>
  );
}

interface SessionsOfUserProps {
  readonly userId: string;
  readonly mayEnd: boolean;
  readonly action: ActionState;
}

function SessionsOfUser({ userId, mayEnd, action }: SessionsOfUserProps) {
  const { sessions } = useAdminCalls();
  const { adminNav } = usePages().messages;
  const list = useAdminList({ name: "sessions", query: { userId, limit: 20 }, live: sessions.live });
  return (
    <ListBody label={adminNav.sessions} list={list}>
      {(session) => <SessionRow session={session} mayEnd={mayEnd} action={action} />}
    </ListBody>
  );
}
