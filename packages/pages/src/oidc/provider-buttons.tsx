import type { MouseEvent } from "react";

import { useAuthConfig } from "../config/use-auth-config.ts";
import { FormFailure } from "../form/form-failure.tsx";
import { Button } from "../primitives/button.tsx";
import { usePages } from "../provider/pages-context.ts";

import { useProviderSignIn } from "./use-provider-sign-in.ts";

export interface ProviderButtonsProps {
  /** Where to go once one is signed in. */
  readonly returnTo: string;
}

/**
 * The site's identity providers, a button each; nothing where there are none. In a form they keep its box `remember`, and send
 * nothing of the rest.
 */
export function ProviderButtons({ returnTo }: ProviderButtonsProps) {
  const { providers: texts } = usePages().messages;
  const providers = useAuthConfig()?.providers ?? [];
  const { goingTo, failure, start } = useProviderSignIn();
  if (providers.length === 0) return null;

  function go(provider: string, { currentTarget: { form } }: MouseEvent<HTMLButtonElement>) {
    const remember = form !== null && new FormData(form).has("remember");
    start({ provider, purpose: "sign-in", returnTo, remember });
  }

  return (
    <div className="cs-providers" role="group" aria-label={texts.group}>
      <p className="cs-providers__or" aria-hidden="true">
        {texts.or}
      </p>
      <FormFailure failure={failure} />
      {providers.map(({ name, label }) => (
        <Button key={name} isWide isBusy={goingTo === name} onClick={(event) => go(name, event)}>
          {goingTo === name ? texts.going(label) : texts.signIn(label)}
        </Button>
      ))}
    </div>
  );
}
