import type { ReactNode } from "react";

import type { SignedInSnapshot } from "@countersign/contract";

import { Badge } from "../primitives/badge.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { usePages } from "../provider/pages-context.ts";

/** What the account is, from the live snapshot: it changes as the account does. */
export function Profile({ user }: { readonly user: SignedInSnapshot }) {
  const { messages, locale } = usePages();
  const texts = messages.account;
  const name = [user.firstName, user.lastName].filter(Boolean).join(" ");
  const roles = [user.isSuperuser && texts.superuser, user.isStaff && texts.staff].filter((role) => role !== false);

  return (
    <section className="cs-section" aria-labelledby="cs-profile">
      <div className="cs-section__head">
        <h2 className="cs-section__title" id="cs-profile">
          {texts.profile}
        </h2>
      </div>
      <dl className="cs-facts">
        <Fact name={texts.username}>
          <bdi>{user.username}</bdi>
        </Fact>
        {name && (
          <Fact name={texts.name}>
            <bdi>{name}</bdi>
          </Fact>
        )}
        <Fact name={texts.email}>
          {user.email ? <bdi>{user.email}</bdi> : <span className="cs-muted">{messages.common.none}</span>}
          {user.email && (
            <Badge tone={user.emailVerified ? "accent" : "neutral"}>
              {user.emailVerified ? texts.emailVerified : texts.emailUnverified}
            </Badge>
          )}
        </Fact>
        {roles.length > 0 && <Fact name={texts.roles}>{formatList(roles, locale)}</Fact>}
        {user.groups.length > 0 && <Fact name={texts.groups}>{formatList(user.groups, locale)}</Fact>}
        <Fact name={texts.signedIn}>
          <RelativeTime at={user.authenticatedAt} />
        </Fact>
        <Fact name={texts.sessionExpires}>
          <RelativeTime at={user.sessionExpiresAt} />
          <span className="cs-muted">{texts.sessionExpiresHelp}</span>
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function formatList(items: readonly string[], locale: string | undefined): string {
  return new Intl.ListFormat(locale, { type: "unit" }).format(items);
}
