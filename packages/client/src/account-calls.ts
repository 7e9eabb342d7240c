import type { TRPCUntypedClient } from "@trpc/client";
import type { AnyRouter } from "@trpc/server";

import type {
  AccountProfile,
  AfterRegister,
  AuthConfig,
  LinkDescription,
  LinkKind,
  SessionListItem,
  SignedInSnapshot,
} from "@countersign/contract";

import type { SubscribeLiveRows } from "./live-rows.ts";
import { createIdentityCalls, createOidcCalls, type IdentityCalls, type OidcCalls } from "./oidc-calls.ts";
import { watchRows } from "./watch-rows.ts";

export interface LoginInput {
  /** The username or the email address, as the site's `loginFields` say. */
  readonly login: string;
  readonly password: string;
  /** Keep the session when the browser is closed. */
  readonly remember?: boolean;
}

export interface RegisterInput {
  readonly username: string;
  readonly password: string;
  readonly email?: string;
}

/** What a registration led to. There is a user only when `next` is `signed_in`. */
export interface RegisterAnswer {
  readonly user: SignedInSnapshot | null;
  readonly next: AfterRegister;
}

/** What signing out led to. */
export interface LogoutAnswer {
  /** Where the browser goes to be signed out at the provider as well, which is another site; null where there is no such place. */
  readonly redirectTo: string | null;
}

/**
 * Signing up, in and out, and what is done with a mailed link. Each resolves when the page shows its outcome; what is
 * refused throws with `ErrorData`.
 */
export interface AuthCalls {
  /** What pages need to know of the site before anybody has signed in. */
  readonly config: () => Promise<AuthConfig>;
  readonly login: (input: LoginInput) => Promise<{ readonly user: SignedInSnapshot }>;
  readonly register: (input: RegisterInput) => Promise<RegisterAnswer>;
  readonly logout: () => Promise<LogoutAnswer>;
  /** The same answer whether or not the address has an account. */
  readonly requestPasswordReset: (email: string) => Promise<void>;
  /** Ends all sessions of the user; nobody is signed in by it. */
  readonly resetPassword: (input: { readonly token: string; readonly password: string }) => Promise<void>;
  /** Whose account a mailed link is about. Uses nothing up. */
  readonly describeLink: (input: { readonly token: string; readonly purpose: LinkKind }) => Promise<LinkDescription>;
  readonly verifyEmail: (token: string) => Promise<void>;
  /**
   * The same answer whether or not the address waits for its confirmation. With the username, where it is known, the link is
   * for that account; else there is one for each that waits for the address.
   */
  readonly resendVerification: (email: string, username?: string) => Promise<void>;
  /** Confirms the password: the session is fresh again. WRONG_PASSWORD when it is not right. */
  readonly stepUp: (password: string) => Promise<void>;
  /** Signing in with identity providers. */
  readonly oidc: OidcCalls;
}

/** The signed-in user's own account. */
export interface AccountCalls {
  readonly profile: () => Promise<AccountProfile>;
  readonly updateProfile: (change: ProfileChange) => Promise<void>;
  /** Ends all other sessions. The present password is all the confirmation it needs. */
  readonly changePassword: (input: { readonly current: string; readonly password: string }) => Promise<void>;
  /** A first password, for whoever has none: CONFLICT otherwise. Ends all other sessions. */
  readonly setPassword: (password: string) => Promise<void>;
  /** Mails a link to the new address; until that is used nothing changes. */
  readonly requestEmailChange: (email: string) => Promise<void>;
  /** Takes back what was asked for; answers with what is so now. */
  readonly withdrawEmailChange: () => Promise<AccountProfile>;
  readonly confirmEmailChange: (token: string) => Promise<void>;
  /** The way back for the old address. */
  readonly revertEmailChange: (token: string) => Promise<void>;
  /** For good. With the password, or without it soon after it was confirmed (REAUTH). */
  readonly delete: (password?: string) => Promise<void>;
  /** The identity providers that the account can be signed in to with. */
  readonly identities: IdentityCalls;
  readonly sessions: {
    /** "My devices". */
    readonly list: () => Promise<readonly SessionListItem[]>;
    /** The same, live: for `createLiveList`. */
    readonly live: SubscribeLiveRows<SessionListItem>;
    /** Ends one of them; NOT_FOUND for one that is not there or not the user's. */
    readonly end: (id: string) => Promise<void>;
    /** Ends all but this one, and says how many. */
    readonly endOthers: () => Promise<{ readonly ended: number }>;
    /** Ends all, this one too. */
    readonly endAll: () => Promise<void>;
  };
}

/** What is left out stays as it is. */
export interface ProfileChange {
  readonly firstName?: string;
  readonly lastName?: string;
  /** A BCP 47 tag; null for the browser's language. */
  readonly locale?: string | null;
}

/** The library's own procedures, which every app's router has, callable without knowing that router. */
export function createLibraryCalls(client: TRPCUntypedClient<AnyRouter>): { auth: AuthCalls; account: AccountCalls } {
  async function run(path: string, input?: unknown): Promise<void> {
    await client.mutation(path, input);
  }

  // The answers have the contract's shapes: the library's own router is on the other end.
  return {
    auth: {
      config: () => client.query("auth.config") as Promise<AuthConfig>,
      login: (input) => client.mutation("auth.login", input) as Promise<{ user: SignedInSnapshot }>,
      register: (input) => client.mutation("auth.register", input) as Promise<RegisterAnswer>,
      logout: async () => readLogout(await client.mutation("auth.logout")),
      requestPasswordReset: (email) => run("auth.requestPasswordReset", { email }),
      resetPassword: (input) => run("auth.resetPassword", input),
      describeLink: (input) => client.mutation("auth.describeLink", input) as Promise<LinkDescription>,
      verifyEmail: (token) => run("auth.verifyEmail", { token }),
      resendVerification: (email, username) => run("auth.resendVerification", { email, username }),
      stepUp: (password) => run("auth.stepUp", { password }),
      oidc: createOidcCalls(client),
    },
    account: {
      profile: () => client.query("account.profile") as Promise<AccountProfile>,
      updateProfile: (change) => run("account.updateProfile", change),
      changePassword: (input) => run("account.changePassword", input),
      setPassword: (password) => run("account.setPassword", { password }),
      requestEmailChange: (email) => run("account.requestEmailChange", { email }),
      withdrawEmailChange: () => client.mutation("account.withdrawEmailChange") as Promise<AccountProfile>,
      confirmEmailChange: (token) => run("account.confirmEmailChange", { token }),
      revertEmailChange: (token) => run("account.revertEmailChange", { token }),
      delete: (password) => run("account.delete", password === undefined ? {} : { password }),
      identities: createIdentityCalls(client),
      sessions: {
        list: () => client.query("account.sessions.list") as Promise<SessionListItem[]>,
        live: watchRows(client, "account.sessions.live"),
        end: (id) => run("account.sessions.end", { id }),
        endOthers: () => client.mutation("account.sessions.endOthers") as Promise<{ ended: number }>,
        endAll: () => run("account.sessions.endAll"),
      },
    },
  };
}

/** Only another page is gone to: an address of the other kinds would be run, or opened as a file. */
function readLogout(answer: unknown): LogoutAnswer {
  const redirectTo = (answer as { redirectTo?: unknown } | null)?.redirectTo;
  return { redirectTo: typeof redirectTo === "string" && /^https?:\/\//i.test(redirectTo) ? redirectTo : null };
}
