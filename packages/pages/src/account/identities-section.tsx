import { useRef } from "react";

import type { LinkedIdentity, ProviderChoice } from "@countersign/contract";

import { useAuthConfig } from "../config/use-auth-config.ts";
import { describeCallError } from "../form/describe-call-error.ts";
import { FormFailure } from "../form/form-failure.tsx";
import { useAction } from "../form/use-action.ts";
import { IdentityFacts } from "../oidc/identity-facts.tsx";
import { useProviderSignIn } from "../oidc/use-provider-sign-in.ts";
import { Button } from "../primitives/button.tsx";
import { ConfirmInPlace } from "../primitives/confirm-in-place.tsx";
import { Icon } from "../primitives/icon.tsx";
import { Notice } from "../primitives/notice.tsx";
import { usePages } from "../provider/pages-context.ts";

import { useIdentities } from "./use-identities.ts";

/** The identity providers one can sign in with: connected ones to be disconnected, the others to be connected. Nothing where a site has none. */
export function IdentitiesSection() {
  const { messages, locale, routes } = usePages();
  const texts = messages.identities;
  const providers = useAuthConfig()?.providers ?? [];
  const { identities, error, retry, unlink } = useIdentities();
  const visit = useProviderSignIn();
  const action = useAction();
  const title = useRef<HTMLHeadingElement>(null);
  if (providers.length === 0 && !identities?.length) return null;
  const others = identities === null ? [] : providers.filter(({ name }) => !has(identities, name));

  async function disconnect({ id, label }: LinkedIdentity) {
    await action.run(async () => {
      await unlink(id);
      // The button that had the focus is gone.
      title.current?.focus();
      return texts.disconnected(label);
    });
  }

  return (
    <section className="cs-section" aria-labelledby="cs-identities">
      <div className="cs-section__head">
        <h2 className="cs-section__title" id="cs-identities" ref={title} tabIndex={-1}>
          {texts.title}
        </h2>
      </div>
      <p className="cs-section__lead">{texts.lead}</p>
      <FormFailure failure={action.failure ?? visit.failure} />
      {/* Always there, so that what comes into it is read out. */}
      <div className="cs-live" role="status">
        {action.news && <p className="cs-notice">{action.news}</p>}
      </div>
      {error !== null && identities === null && (
        <Notice
          tone="danger"
          action={
            <Button size="small" onClick={retry}>
              {messages.common.retry}
            </Button>
          }
        >
          {texts.failed} {describeCallError(error, messages, locale)}
        </Notice>
      )}
      {identities !== null && identities.length > 0 && (
        <ul className="cs-list">
          {identities.map((identity) => (
            <IdentityRow key={identity.id} identity={identity} disconnect={() => disconnect(identity)} />
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <div className="cs-form__actions">
          {others.map((provider) => (
            <ConnectButton
              key={provider.name}
              provider={provider}
              isBusy={visit.goingTo === provider.name}
              connect={() => visit.start({ provider: provider.name, purpose: "link", returnTo: routes.account })}
            />
          ))}
        </div>
      )}
    </section>
  );
}

function has(identities: readonly LinkedIdentity[], name: string): boolean {
  return identities.some(({ provider }) => provider === name);
}

interface ConnectButtonProps {
  readonly provider: ProviderChoice;
  readonly isBusy: boolean;
  readonly connect: () => void;
}

function ConnectButton({ provider: { label }, isBusy, connect }: ConnectButtonProps) {
  const { messages } = usePages();
  return (
    <Button size="small" isBusy={isBusy} onClick={connect}>
      {isBusy ? messages.providers.going(label) : messages.identities.connect(label)}
    </Button>
  );
}

interface IdentityRowProps {
  readonly identity: LinkedIdentity;
  readonly disconnect: () => Promise<void>;
}

function IdentityRow({ identity, disconnect }: IdentityRowProps) {
  const { label, isLast } = identity;
  const { identities: texts } = usePages().messages;

  return (
    <li className="cs-row">
      <Icon name="globe" className="cs-row__icon" />
      <div className="cs-row__main">
        <IdentityFacts identity={identity}>{isLast && <li>{texts.isLast}</li>}</IdentityFacts>
      </div>
      {!isLast && (
        <ConfirmInPlace
          action={texts.disconnect}
          label={texts.disconnectLabel(label)}
          question={texts.disconnectQuestion(label)}
          confirm={texts.disconnect}
          confirming={texts.disconnecting}
          onConfirm={disconnect}
        />
      )}
    </li>
  );
}
