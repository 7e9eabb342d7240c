import type { AccountCalls, AuthCalls, SessionClient } from "@countersign/client";

import type { PageHooks } from "./page-hooks.ts";

/** The calls that the pages make on behalf of the person. */
export interface PageCalls
  extends Omit<AuthCalls, "config" | "oidc">, Omit<AccountCalls, "profile" | "delete" | "sessions" | "identities"> {
  /** Before the browser goes to an identity provider. */
  readonly startProvider: AuthCalls["oidc"]["start"];
  readonly pendingSignIn: AuthCalls["oidc"]["pending"];
  readonly completeSignIn: AuthCalls["oidc"]["complete"];
  readonly confirmSignIn: AuthCalls["oidc"]["confirm"];
  readonly cancelSignIn: AuthCalls["oidc"]["cancel"];
  readonly unlinkIdentity: AccountCalls["identities"]["unlink"];
  readonly deleteAccount: AccountCalls["delete"];
  readonly endSession: AccountCalls["sessions"]["end"];
  readonly endOtherSessions: AccountCalls["sessions"]["endOthers"];
  readonly endAllSessions: AccountCalls["sessions"]["endAll"];
}

/** The client's calls, each with the app's hook around it where there is one. */
export function createPageCalls({ auth, account }: SessionClient, hooks: PageHooks): PageCalls {
  const { config: _config, oidc, ...authCalls } = auth;
  const { profile: _profile, delete: deleteAccount, sessions, identities, ...accountCalls } = account;
  const calls: PageCalls = {
    ...authCalls,
    ...accountCalls,
    startProvider: oidc.start,
    pendingSignIn: oidc.pending,
    completeSignIn: oidc.complete,
    confirmSignIn: oidc.confirm,
    cancelSignIn: oidc.cancel,
    unlinkIdentity: identities.unlink,
    deleteAccount,
    endSession: sessions.end,
    endOtherSessions: sessions.endOthers,
    endAllSessions: sessions.endAll,
  };

  const hooked = Object.entries(hooks).map(([name, hook]) => {
    const proceed = calls[name as keyof PageCalls] as AnyCall;
    return [name, (...input: unknown[]) => (hook as AnyHook)(proceed, ...input)] as const;
  });
  // Each hook has the type of the call it stands around: `PageHooks` says so.
  return { ...calls, ...(Object.fromEntries(hooked) as Partial<PageCalls>) };
}

type AnyCall = (...input: unknown[]) => Promise<unknown>;
type AnyHook = (proceed: AnyCall, ...input: unknown[]) => Promise<unknown>;
