import { useQuery } from "@tanstack/react-query";

import type { AuthConfig } from "@countersign/contract";
import { useSessionClient } from "@countersign/react";

/**
 * What the site allows and asks for, or null until that is known. When the server cannot be asked, the usual settings
 * stand in: a page that asks too little or too much is told so when it sends its form.
 */
export function useAuthConfig(): AuthConfig | null {
  const client = useSessionClient();
  const { data, isError } = useQuery({
    queryKey: authConfigKey,
    queryFn: () => client.auth.config(),
    staleTime: 5 * 60_000,
    retry: false,
    // What a page shows once it is known asks as well: asking anew each time would take that away again.
    retryOnMount: false,
  });
  return data ?? (isError ? usualConfig : null);
}

export const authConfigKey = ["countersign", "auth", "config"];

/** The defaults of the contract's settings, which are not imported: they would bring all settings into the browser. */
const usualConfig: AuthConfig = {
  siteName: "",
  signUp: true,
  signInAfterSignUp: true,
  passwordReset: true,
  loginFields: "username",
  emailRequired: false,
  emailVerification: "off",
  passwordMinLength: 8,
  freshSeconds: 600,
  providers: [],
};
