import type { ReactNode } from "react";

import { useUser } from "@countersign/react";

import { PageTitle } from "../primitives/page-title.tsx";
import { useMessages } from "../provider/pages-context.ts";

import { Profile } from "./profile.tsx";
import { SessionList } from "./session-list.tsx";

export interface AccountPageProps {
  /** More sections, after those that are always there. */
  readonly children?: ReactNode;
}

/** The signed-in user's own page: who they are here, and where they are signed in. Needs `<RequireLogin>` around it. */
export function AccountPage({ children }: AccountPageProps) {
  const messages = useMessages();
  const user = useUser();
  if (!user) return null;

  return (
    <div className="cs-page">
      <header className="cs-page__head">
        <PageTitle>{messages.account.title}</PageTitle>
      </header>
      <Profile user={user} />
      <SessionList />
      {children}
    </div>
  );
}
