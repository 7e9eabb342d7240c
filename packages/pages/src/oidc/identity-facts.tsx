import type { ReactNode } from "react";

import type { LinkedIdentity } from "@countersign/contract";

import { RelativeTime } from "../primitives/relative-time.tsx";
import { usePages } from "../provider/pages-context.ts";

export interface IdentityFactsProps {
  readonly identity: Pick<LinkedIdentity, "label" | "email" | "isEmailVerified" | "createdAt" | "lastUsedAt">;
  /** Further facts, a list item each. */
  readonly children?: ReactNode;
}

/** What a connected identity is called, and what there is to say of it in one line. */
export function IdentityFacts({ identity, children }: IdentityFactsProps) {
  const { label, email, isEmailVerified, createdAt, lastUsedAt } = identity;
  const { identities: texts } = usePages().messages;

  return (
    <>
      <span className="cs-row__title">
        <bdi>{label}</bdi>
      </span>
      <ul className="cs-row__facts">
        {email !== null && (
          <li>
            <bdi>{email}</bdi>
            {!isEmailVerified && ` (${texts.unverified})`}
          </li>
        )}
        {createdAt !== null && (
          <li>
            {texts.connected} <RelativeTime at={createdAt} />
          </li>
        )}
        {lastUsedAt !== null && (
          <li>
            {texts.lastUsed} <RelativeTime at={lastUsedAt} />
          </li>
        )}
        {children}
      </ul>
    </>
  );
}
