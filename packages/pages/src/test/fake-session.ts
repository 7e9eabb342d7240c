import { TRPCClientError } from "@trpc/client";
import { vi } from "vitest";

import {
  createStore,
  type ConnectionState,
  type IdentityChange,
  type SessionClient,
  type SnapshotState,
} from "@countersign/client";
import {
  type AccountProfile,
  anonymous,
  type AuthConfig,
  type ErrorData,
  type SessionEndReason,
  type SessionListItem,
  type SignedInSnapshot,
} from "@countersign/contract";

import { createFakeAdmin } from "./fake-admin.ts";
import { createFakeList } from "./fake-list.ts";

/** A session client whose stores and answers a test decides: what is tested here is what the pages make of them. */
export function createFakeSession() {
  const snapshot = createStore<SnapshotState>({ status: "ready", user: anonymous, endReason: null });
  const connection = createStore<ConnectionState>({ state: "open", attempt: 0, retryAt: null });
  const auth = {
    config: vi.fn<SessionClient["auth"]["config"]>().mockResolvedValue(usualSite),
    requestPasswordReset: vi.fn<SessionClient["auth"]["requestPasswordReset"]>(),
    resetPassword: vi.fn<SessionClient["auth"]["resetPassword"]>(),
    verifyEmail: vi.fn<SessionClient["auth"]["verifyEmail"]>(),
    // Not every page of a test is about a link that somebody knows of.
    describeLink: vi
      .fn<SessionClient["auth"]["describeLink"]>()
      .mockRejectedValue(new Error("Nobody knows this link.")),
    resendVerification: vi.fn<SessionClient["auth"]["resendVerification"]>(),
    stepUp: vi.fn<SessionClient["auth"]["stepUp"]>(),
    login: vi.fn<SessionClient["auth"]["login"]>(),
    register: vi.fn<SessionClient["auth"]["register"]>(),
    logout: vi.fn<SessionClient["auth"]["logout"]>(),
    oidc: {
      start: vi.fn<SessionClient["auth"]["oidc"]["start"]>(),
      pending: vi.fn<SessionClient["auth"]["oidc"]["pending"]>(),
      complete: vi.fn<SessionClient["auth"]["oidc"]["complete"]>(),
      confirm: vi.fn<SessionClient["auth"]["oidc"]["confirm"]>(),
      cancel: vi.fn<SessionClient["auth"]["oidc"]["cancel"]>(),
    },
  };
  const sessionList = createFakeList<SessionListItem>();
  const sessions = {
    list: vi.fn<() => Promise<readonly SessionListItem[]>>(),
    live: sessionList.live,
    end: vi.fn<(id: string) => Promise<void>>(),
    endOthers: vi.fn<() => Promise<{ ended: number }>>(),
    endAll: vi.fn<() => Promise<void>>(),
  };
  const account = {
    profile: vi.fn<SessionClient["account"]["profile"]>().mockResolvedValue(annsProfile),
    updateProfile: vi.fn<SessionClient["account"]["updateProfile"]>().mockResolvedValue(),
    changePassword: vi.fn<SessionClient["account"]["changePassword"]>(),
    setPassword: vi.fn<SessionClient["account"]["setPassword"]>(),
    requestEmailChange: vi.fn<SessionClient["account"]["requestEmailChange"]>(),
    withdrawEmailChange: vi.fn<SessionClient["account"]["withdrawEmailChange"]>(),
    confirmEmailChange: vi.fn<SessionClient["account"]["confirmEmailChange"]>(),
    revertEmailChange: vi.fn<SessionClient["account"]["revertEmailChange"]>(),
    delete: vi.fn<SessionClient["account"]["delete"]>(),
    identities: {
      list: vi.fn<SessionClient["account"]["identities"]["list"]>().mockResolvedValue([]),
      unlink: vi.fn<SessionClient["account"]["identities"]["unlink"]>(),
    },
    sessions,
  };
  const admin = createFakeAdmin();
  const tellSignedIn = vi.fn<SessionClient["tellSignedIn"]>();
  const identityListeners = new Set<(change: IdentityChange) => void>();
  let reauthenticate: (() => Promise<boolean>) | null = null;
  const client = {
    snapshot,
    connection,
    auth,
    account,
    links: () => [admin.link],
    connect() {},
    tellSignedIn,
    onIdentityChange(listener: (change: IdentityChange) => void) {
      identityListeners.add(listener);
      return () => void identityListeners.delete(listener);
    },
    onReauth(ask: () => Promise<boolean>) {
      reauthenticate = ask;
      return () => (reauthenticate = null);
    },
  };

  return {
    // The pages use no more of it than this.
    client: client as unknown as SessionClient,
    auth,
    account,
    sessions,
    sessionList,
    admin,
    connection,
    tellSignedIn,
    /** As the client does when a mutation was refused with REAUTH. */
    askToConfirm: () => reauthenticate?.() ?? Promise.resolve(false),
    load: () => snapshot.set({ status: "loading" }),
    signIn: (change: Partial<SignedInSnapshot> = {}) =>
      snapshot.set({ status: "ready", user: { ...ann, ...change }, endReason: null }),
    /** As the client does where it knew who was there before. */
    tell(type: IdentityChange["type"], isOwn: boolean) {
      for (const listener of identityListeners) listener({ type, epoch: 1, isOwn });
    },
    signOut: (endReason: SessionEndReason | null) => snapshot.set({ status: "ready", user: anonymous, endReason }),
  };
}

/** A site with the usual settings. */
export const usualSite: AuthConfig = {
  siteName: "Countersign",
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

export const annsProfile: AccountProfile = {
  username: "ann",
  email: "ann@example.com",
  emailVerified: false,
  pendingEmail: null,
  firstName: "",
  lastName: "",
  locale: null,
  createdAt: "2026-01-01T00:00:00.000Z",
  hasPassword: true,
};

export type FakeSession = ReturnType<typeof createFakeSession>;

/** An error as a refused call throws it. */
export function refusal(data: Partial<ErrorData> & { readonly code: string }): TRPCClientError<never> {
  const error = { message: data.code, code: -32_000, data: { httpStatus: 400, ...data } };
  return TRPCClientError.from<never>({ error } as never);
}

export const ann: SignedInSnapshot = {
  isAuthenticated: true,
  id: "1",
  sessionId: "s1",
  username: "ann",
  email: "ann@example.com",
  emailVerified: false,
  firstName: "",
  lastName: "",
  isStaff: false,
  isSuperuser: false,
  groups: [],
  permissions: [],
  locale: null,
  sessionExpiresAt: "2030-01-01T00:00:00.000Z",
  authenticatedAt: "2026-01-01T00:00:00.000Z",
  impersonatedBy: null,
  version: 1,
};
