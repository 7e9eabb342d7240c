import { useUser } from "@countersign/react";

import { useSlots } from "../entry/use-slots.ts";
import { describeCallError } from "../form/describe-call-error.ts";
import { Button } from "../primitives/button.tsx";
import { Notice } from "../primitives/notice.tsx";
import { PageTitle } from "../primitives/page-title.tsx";
import type { AccountSlots, PageProps } from "../provider/page-slots.ts";
import { usePages } from "../provider/pages-context.ts";
import { Freshness } from "../step-up/freshness.tsx";

import { DeleteSection } from "./delete-section.tsx";
import { EmailSection } from "./email-section.tsx";
import { IdentitiesSection } from "./identities-section.tsx";
import { LanguageSection } from "./language-section.tsx";
import { PasswordSection } from "./password-section.tsx";
import { Profile } from "./profile.tsx";
import { SessionList } from "./session-list.tsx";
import { useAccount } from "./use-account.ts";

/**
 * The signed-in user's own page: who they are here, how they sign in, where they are signed in. Needs `<RequireLogin>`
 * around it.
 */
export function AccountPage(props: PageProps & AccountSlots) {
  const { messages, locale } = usePages();
  const slots = useSlots("account", props);
  const user = useUser();
  const { profile, error, retry, replace } = useAccount();
  if (!user) return null;

  return (
    <div className="cs-page">
      <header className="cs-page__head">
        <PageTitle>{messages.account.title}</PageTitle>
        <Freshness />
      </header>
      {error !== null && profile === null && (
        <Notice
          tone="danger"
          action={
            <Button size="small" onClick={retry}>
              {messages.common.retry}
            </Button>
          }
        >
          {messages.account.failed} {describeCallError(error, messages, locale)}
        </Notice>
      )}
      {slots.beforeSections}
      <Profile user={user} />
      <EmailSection user={user} profile={profile} onRequested={retry} onWithdrawn={replace} />
      <PasswordSection user={user} profile={profile} />
      <IdentitiesSection />
      <LanguageSection />
      <SessionList />
      {slots.afterSections}
      <DeleteSection user={user} profile={profile} />
    </div>
  );
}
