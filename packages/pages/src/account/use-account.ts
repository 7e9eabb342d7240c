import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";

import type { AccountProfile } from "@countersign/contract";
import { useSessionClient, useUser } from "@countersign/react";

export interface AccountState {
  /** What the snapshot does not carry: a waiting address, whether there is a password. Null until it is read. */
  readonly profile: AccountProfile | null;
  /** Why it could not be read, or null. */
  readonly error: unknown;
  readonly retry: () => void;
  /** Shows it as a call has just answered it. */
  readonly replace: (profile: AccountProfile) => void;
}

/** The signed-in user's account, read again whenever the live snapshot says that it changed. */
export function useAccount(): AccountState {
  const client = useSessionClient();
  const queries = useQueryClient();
  const version = useUser((user) => user.version);
  const profile = useQuery({
    queryKey: [...accountKey, version],
    queryFn: () => client.account.profile(),
    enabled: version !== null,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: "always",
  });

  async function readAgain() {
    // A first reading that is under way would be taken for the new one.
    await queries.cancelQueries({ queryKey: accountKey });
    await queries.invalidateQueries({ queryKey: accountKey });
  }

  return {
    profile: profile.data ?? null,
    error: profile.error,
    replace: (next) => queries.setQueryData([...accountKey, version], next),
    retry: () => void readAgain(),
  };
}

const accountKey = ["countersign", "account", "profile"];
