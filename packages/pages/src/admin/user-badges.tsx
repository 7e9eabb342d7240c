import type { AdminUserRow } from "@countersign/contract";

import { Badge } from "../primitives/badge.tsx";
import { usePages } from "../provider/pages-context.ts";

/** What sets an account apart: that it is off, and what it may. */
export function UserBadges({ user }: { readonly user: AdminUserRow }) {
  const { account, adminUsers } = usePages().messages;
  return (
    <>
      {!user.isActive && <Badge>{adminUsers.inactive}</Badge>}
      {user.isSuperuser && <Badge tone="accent">{account.superuser}</Badge>}
      {user.isStaff && <Badge tone="accent">{account.staff}</Badge>}
    </>
  );
}
