import type { TRPCUntypedClient } from "@trpc/client";
import type { AnyRouter } from "@trpc/server";

import type { SessionListItem, SignedInSnapshot } from "@countersign/contract";

export interface LoginInput {
  /** The username or the email address. */
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

/** Signing in and out. Each resolves when the page shows its outcome; what is refused throws with `ErrorData`. */
export interface AuthCalls {
  login(input: LoginInput): Promise<{ readonly user: SignedInSnapshot }>;
  register(input: RegisterInput): Promise<{ readonly user: SignedInSnapshot }>;
  logout(): Promise<void>;
}

export interface AccountCalls {
  readonly sessions: {
    /** "My devices". */
    list(): Promise<readonly SessionListItem[]>;
    /** Ends one of them; NOT_FOUND for one that is not there or not the user's. */
    end(id: string): Promise<void>;
    /** Ends all but this one, and says how many. */
    endOthers(): Promise<{ readonly ended: number }>;
  };
}

/** The library's own procedures, which every app's router has, callable without knowing that router. */
export function createLibraryCalls(client: TRPCUntypedClient<AnyRouter>): { auth: AuthCalls; account: AccountCalls } {
  // The answers have the contract's shapes: the library's own router is on the other end.
  return {
    auth: {
      login: (input) => client.mutation("auth.login", input) as Promise<{ user: SignedInSnapshot }>,
      register: (input) => client.mutation("auth.register", input) as Promise<{ user: SignedInSnapshot }>,
      async logout() {
        await client.mutation("auth.logout");
      },
    },
    account: {
      sessions: {
        list: () => client.query("account.sessions.list") as Promise<SessionListItem[]>,
        async end(id) {
          await client.mutation("account.sessions.end", { id });
        },
        endOthers: () => client.mutation("account.sessions.endOthers") as Promise<{ ended: number }>,
      },
    },
  };
}
