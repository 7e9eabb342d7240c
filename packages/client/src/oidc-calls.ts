import type { TRPCUntypedClient } from "@trpc/client";
import type { AnyRouter } from "@trpc/server";

import type {
  AfterRegister,
  LinkedIdentity,
  OidcPurpose,
  PendingSignIn,
  SignedInSnapshot,
} from "@countersign/contract";

/** What the browser is to do at a provider. */
export interface ProviderStart {
  /** Its name, as in `AuthConfig.providers`. */
  readonly provider: string;
  /** `link` needs a session whose password was confirmed recently, `step-up` any. */
  readonly purpose: OidcPurpose;
  /** Where to go afterwards, a path of this site. Home, when it is left out. */
  readonly returnTo?: string;
  /** Keep the session when the browser is closed. */
  readonly remember?: boolean;
}

/** What came of a sign-in that lacked something. There is a user only when `next` is `signed_in`. `to` is where to go then. */
export interface CompleteAnswer {
  readonly user: SignedInSnapshot | null;
  readonly next: AfterRegister;
  readonly to: string;
}

/**
 * Signing in with identity providers: before the browser goes there, and after it came back with something still to be asked.
 * `id` is what the page `oidcPages.next` was given; SIGN_IN_LINK_INVALID when it is not this browser's, was used, or is too old.
 */
export interface OidcCalls {
  /** Begins a visit: the browser is to go to `url`. PROVIDER_UNKNOWN, PROVIDER_UNAVAILABLE. */
  readonly start: (input: ProviderStart) => Promise<{ readonly url: string }>;
  /** What is still to be asked. */
  readonly pending: (id: string) => Promise<PendingSignIn>;
  /** Makes the account that lacked something. */
  readonly complete: (input: {
    readonly id: string;
    readonly username: string;
    readonly email?: string;
  }) => Promise<CompleteAnswer>;
  /** Connects the provider to the account with the same address, by that account's password. INVALID_CREDENTIALS. */
  readonly confirm: (input: {
    readonly id: string;
    readonly password: string;
  }) => Promise<{ readonly user: SignedInSnapshot; readonly to: string }>;
  /** Forgets what the provider said. */
  readonly cancel: (id: string) => Promise<void>;
}

/** The ways in to one's own account that providers give. */
export interface IdentityCalls {
  readonly list: () => Promise<readonly LinkedIdentity[]>;
  /** Takes one away, and ends the other sessions it began. Needs a fresh session; LAST_SIGN_IN_METHOD for the only way in. */
  readonly unlink: (id: string) => Promise<void>;
}

/** The answers have the contract's shapes: the library's own router is on the other end. */
export function createOidcCalls(client: TRPCUntypedClient<AnyRouter>): OidcCalls {
  return {
    start: (input) => client.mutation("auth.oidc.start", input) as Promise<{ url: string }>,
    pending: (id) => client.mutation("auth.oidc.pending", { id }) as Promise<PendingSignIn>,
    complete: (input) => client.mutation("auth.oidc.complete", input) as Promise<CompleteAnswer>,
    confirm: (input) => client.mutation("auth.oidc.confirm", input) as Promise<{ user: SignedInSnapshot; to: string }>,
    async cancel(id) {
      await client.mutation("auth.oidc.cancel", { id });
    },
  };
}

export function createIdentityCalls(client: TRPCUntypedClient<AnyRouter>): IdentityCalls {
  return {
    list: () => client.query("account.identities.list") as Promise<readonly LinkedIdentity[]>,
    async unlink(id) {
      await client.mutation("account.identities.unlink", { id });
    },
  };
}
