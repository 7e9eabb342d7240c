import { useIdentities } from "../account/use-identities.ts";
import { useAuthConfig } from "../config/use-auth-config.ts";
import { FormFailure } from "../form/form-failure.tsx";
import { Button } from "../primitives/button.tsx";
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
  const { askedAt, failure, ask } = useProviderStepUp();
  const texts = messages.stepUp;

  return (
    <div className="cs-form">
      <FormFailure failure={failure ?? error} />
      {identities !== null && providers.length === 0 && <p className="cs-muted">{texts.noWay}</p>}
      {/* Always there, so that what comes into it is read out. */}
      <div className="cs-live" role="status">
        {askedAt !== null && <p className="cs-muted">{texts.waiting}</p>}
      </div>
      <div className="cs-form__actions">
        {providers.map(({ name, label }, index) => (
          <Button key={name} variant="primary" autoFocus={index === 0} onClick={() => ask(name)}>
            {texts.confirmAt(label)}
          </Button>
        ))}
        <Button variant="quiet" onClick={onCancel}>
          {messages.common.cancel}
        </Button>
      </div>
    </div>
  );
}
