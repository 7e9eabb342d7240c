import { Link } from "../primitives/link.tsx";
import { usePages } from "../provider/pages-context.ts";

import { adminPath } from "./admin-address.ts";
import { useMay } from "./use-may.ts";

export interface UserLinkProps {
  /** Null for a name that has no account, or not any more. */
  readonly id: string | null;
  readonly name: string;
}

/** A user's name, leading to the account for those who may see it. */
export function UserLink({ id, name }: UserLinkProps) {
  const { routes } = usePages();
  const may = useMay();
  if (id === null || !may("users.view")) return <bdi>{name}</bdi>;
  return (
    <Link to={adminPath(routes, `users/${id}`)}>
      <bdi>{name}</bdi>
    </Link>
  );
}
