import { useParams, useSearch } from "@tanstack/react-router";

import { AdminArea } from "@countersign/pages";

/** All of the admin's pages: which one is in the address. */
export function Admin() {
  const { _splat: path = "" }: { readonly _splat?: string } = useParams({ strict: false });
  return <AdminArea path={path} search={useSearch({ strict: false })} />;
}
