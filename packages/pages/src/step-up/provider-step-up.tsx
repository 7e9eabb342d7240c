import { useEffect, useRef } from "react";

import { useIdentities } from "../account/use-identities.ts";
import { useAuthConfig } from "../config/use-auth-config.ts";
import { FormFailure } from "../form/form-failure.tsx";
import { Button, buttonClass } from "../primitives/button.tsx";
import { usePages } from "../provider/pages-context.ts";

import { useProviderStepUp } from "./use-provider-step-up.ts";

export interface ProviderStepUpProps {
  readonly onCancel: () => void;
}

/** In place of the question for a password, for those who have none: the providers that can tell who they are. */
export function ProviderStepUp({ onCancel }: ProviderStepUpProps) {
  const { messages } = usePages();
  const { identities, error } = useIdentities();
  const offered = useAuthConfig()?.providers ?? [];
  const providers = offered.filter(({ name }) => identities?.some(({ provider }) => provider === name));
  const { askedAt, blockedUrl, failure, ask } = useProviderStepUp();
  const texts = messages.stepUp;

  return (
    <div className="cs-form">
      <FormFailure failure={failure ?? error} />
      {identities !== null && providers.length === 0 && <p className="cs-muted">{texts.noWay}</p>}
      {/* Always there, so that what comes into it is read out. */}
      <div className="cs-live" role="status">
        {askedAt !== null && <p className="cs-muted">{blockedUrl === null ? texts.waiting : texts.blocked}</p>}
      </div>
      <div className="cs-form__actions">
        {providers.map(({ name, label }, index) =>
          blockedUrl !== null && name === askedAt ? (
            <OpenByHand key={name} url={blockedUrl} text={texts.openAt(label)} />
          ) : (
            <Button key={name} variant="primary" autoFocus={index === 0} onClick={() => ask(name)}>
              {texts.confirmAt(label)}
            </Button>
          ),
        )}
        <Button variant="quiet" onClick={onCancel}>
          {messages.common.cancel}
        </Button>
      </div>
    </div>
  );
}

/** In place of the button that was pressed, and with its focus: a tab of its own that knows nothing of this one. */
function OpenByHand({ url, text }: { readonly url: string; readonly text: string }) {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => link.current?.focus(), []);

  return (
    <a className={buttonClass({ variant: "primary" })} ref={link} href={url} target="_blank" rel="noopener noreferrer">
      {text}
    </a>
  );
}
