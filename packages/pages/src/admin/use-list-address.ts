import { usePages } from "../provider/pages-context.ts";

import { adminPath, type AdminSearch, readParameter } from "./admin-address.ts";

export interface ListAddress {
  /** Shows another part of the list. A change of what is listed begins at its first page. */
  readonly change: (parameters: Readonly<Record<string, string | null>>) => void;
  /** The address of the page of the list that begins at a cursor; null for the first. */
  readonly pageAt: (cursor: string | null) => string;
}

/** The state of a list, which is in the address: it can be bookmarked, sent, and gone back to. */
export function useListAddress(path: string, search: AdminSearch, names: readonly string[]): ListAddress {
  const { navigate, routes } = usePages();
  const present = Object.fromEntries(names.map((name) => [name, readParameter(search, name)]));
  return {
    change: (parameters) => navigate(adminPath(routes, path, { ...present, ...parameters }), { replace: true }),
    pageAt: (cursor) => adminPath(routes, path, { ...present, cursor }),
  };
}
