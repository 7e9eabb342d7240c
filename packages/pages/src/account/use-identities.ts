import { useQuery, useQueryClient } from "@tanstack/react-query";

import type { LinkedIdentity } from "@countersign/contract";
import { useSessionClient, useUser } from "@countersign/react";

import { usePages } from "../provider/pages-context.ts";

export interface IdentitiesState {
  /** The providers the account can be signed in to with; null until they are read. */
  readonly identities: readonly LinkedIdentity[] | null;
  /** Why they could not be read, or null. */
  readonly error: unknown;
  readonly retry: () => void;
  /** Takes one away. */
  readonly unlink: (id: string) => Promise<void>;
}

/** The signed-in user's ways in by identity providers, read again whenever the live snapshot says that the account changed. */
export function useIdentities(): IdentitiesState {
  const client = useSessionClient();
  const { calls } = usePages();
  const queries = useQueryClient();
  const userId = useUser((user) => user.id);
  const version = useUser((user) => user.version);
  const { data, error, refetch } = useQuery({
    queryKey: [...identitiesKey, userId, version],
    queryFn: () => client.account.identities.list(),
    enabled: version !== null,
    // What another version had is shown until this one is read; what is another user's is not.
    placeholderData: (before, query) => (query?.queryKey[3] === userId ? before : undefined),
    refetchOnWindowFocus: "always",
  });

  return {
    identities: data ?? null,
    error,
    retry: () => void refetch(),
    async unlink(id) {
      await calls.unlinkIdentity(id);
      await queries.invalidateQueries({ queryKey: identitiesKey });
    },
  };
}

const identitiesKey = ["countersign", "account", "identities"];
