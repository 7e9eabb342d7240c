import { useRouter, useRouterState } from "@tanstack/react-router";
import { useMemo } from "react";

import { stringifySearch } from "./search-parameters.ts";

export interface Address {
  readonly search: Readonly<Record<string, unknown>>;
  /** This page with some parameters changed; null takes one away. */
  readonly with: (parameters: Readonly<Record<string, string | null>>) => string;
  /** Goes there, without an entry in the history. */
  readonly change: (parameters: Readonly<Record<string, string | null>>) => void;
}

/** The state of a page that is in its address: it can be bookmarked, sent, and gone back to. */
export function useAddress(): Address {
  const router = useRouter();
  const location = useRouterState({ select: (state) => state.location });
  const { pathname } = location;
  // The router's type for it is any page's: what is in an address is checked by who reads it.
  const search = location.search as Readonly<Record<string, unknown>>;
  return useMemo(() => {
    const to = (parameters: Readonly<Record<string, string | null>>) =>
      `${pathname}${stringifySearch({ ...search, ...parameters })}`;
    return { search, with: to, change: (parameters) => router.history.replace(to(parameters)) };
  }, [router, pathname, search]);
}
