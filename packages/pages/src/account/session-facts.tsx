import type { SessionListItem } from "@countersign/contract";

import { RelativeTime } from "../primitives/relative-time.tsx";
import { usePages } from "../provider/pages-context.ts";

export interface SessionFactsProps {
  readonly session: Pick<SessionListItem, "ip" | "provider" | "lastUsedAt" | "createdAt">;
}

/** From where a session is used, how it began, and when. */
export function SessionFacts({ session }: SessionFactsProps) {
  const texts = usePages().messages.sessions;

  return (
    <ul className="cs-row__facts">
      <li>{session.ip ? <bdi>{session.ip}</bdi> : texts.unknownAddress}</li>
      {session.provider !== null && (
        <li>
          <bdi>{texts.provider(session.provider)}</bdi>
        </li>
      )}
      {session.lastUsedAt !== null && (
        <li>
          {texts.lastUsed} <RelativeTime at={session.lastUsedAt} />
        </li>
      )}
      {session.createdAt !== null && (
        <li>
          {texts.created} <RelativeTime at={session.createdAt} />
        </li>
      )}
    </ul>
  );
}
