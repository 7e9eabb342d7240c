import { useQueryClient } from "@tanstack/react-query";
import { useId } from "react";

import type { AdminIdentity } from "@countersign/contract";
import { useSignedInUser } from "@countersign/react";

import { useAuthConfig } from "../config/use-auth-config.ts";
import { ActionNews } from "../form/action-news.tsx";
import { type ActionState, useAction } from "../form/use-action.ts";
import { IdentityFacts } from "../oidc/identity-facts.tsx";
import { ConfirmInPlace } from "../primitives/confirm-in-place.tsx";
import { Icon } from "../primitives/icon.tsx";
import { usePages } from "../provider/pages-context.ts";

import { useAdminCalls } from "./use-admin-calls.ts";
import { adminUserKey } from "./use-admin-user.ts";
import type { UserSectionProps } from "./user-page.tsx";

/** The identity providers somebody signs in with, each to be taken away. Nothing where a site has none. */
export function UserIdentitiesSection({ user }: UserSectionProps) {
  const { adminUser: texts, identities: owned } = usePages().messages;
  const hasProviders = (useAuthConfig()?.providers ?? []).length > 0;
  const action = useAction();
  const titleId = useId();
  const { identities } = user;
  if (identities.length === 0 && !hasProviders) return null;

  return (
    <section className="cs-section" aria-labelledby={titleId}>
      <div className="cs-section__head">
        <h2 className="cs-section__title" id={titleId}>
          {owned.title}
        </h2>
      </div>
      <p className="cs-section__lead">{identities.length === 0 ? texts.noIdentities : texts.identitiesText}</p>
      <ActionNews action={action} buttonOf={identities.length} />
      {identities.length > 0 && (
        <ul className="cs-list">
          {identities.map((identity) => (
            <li className="cs-row" key={identity.id}>
              <IdentityRow user={user} identity={identity} action={action} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface IdentityRowProps extends UserSectionProps {
  readonly identity: AdminIdentity;
  readonly action: ActionState;
}

function IdentityRow({ user, identity, action }: IdentityRowProps) {
  const { adminUser: texts } = usePages().messages;
  const { users } = useAdminCalls();
  const queries = useQueryClient();
  const { label, subject, issuer, groups, isKept, isLast, isWayIn } = identity;
  const { id, username } = user;

  return (
    <>
      <Icon name="globe" className="cs-row__icon" />
      <div className="cs-row__main">
        <IdentityFacts identity={identity}>
          {groups.length > 0 && <li>{texts.identityGives(groups.join(texts.separator))}</li>}
          {!isWayIn && <li>{texts.identityNotSetUp}</li>}
          <WhyItMatters user={user} isLast={isLast} isKept={isKept} />
        </IdentityFacts>
        <ul className="cs-row__facts">
          <li>
            {texts.identitySubject} <Code>{subject}</Code>
          </li>
          <li>
            {texts.identityIssuer} <Code>{issuer}</Code>
          </li>
        </ul>
      </div>
      {user.$can.removeIdentity && !isKept && (
        <ConfirmInPlace
          action={texts.takeAway}
          label={`${label}: ${texts.takeAway}`}
          question={isLast ? texts.takeLastQuestion(label, username) : texts.takeQuestion(label, username)}
          confirm={texts.takeAway}
          confirming={texts.takingAway}
          onConfirm={() =>
            action.run(async () => {
              await users.removeIdentity({ id, identityId: identity.id });
              // Before it is said that it is gone: the live row comes a moment later.
              await queries.invalidateQueries({ queryKey: adminUserKey(id) });
              return texts.identityTaken(label, username);
            })
          }
        />
      )}
    </>
  );
}

function WhyItMatters({ user, isLast, isKept }: UserSectionProps & Pick<AdminIdentity, "isLast" | "isKept">) {
  const { adminUser: texts, identities: owned } = usePages().messages;
  const isOwn = useSignedInUser().id === user.id;
  if (!isLast) return null;
  if (isOwn) return <li>{owned.isLast}</li>;
  return <li>{isKept ? texts.identityKept : texts.identityIsLast}</li>;
}

/** What machines call something runs in one direction in every language. */
function Code({ children }: { readonly children: string }) {
  return <code dir="ltr">{children}</code>;
}
