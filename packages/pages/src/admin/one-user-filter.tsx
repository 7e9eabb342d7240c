import { usePages } from "../provider/pages-context.ts";

import { type AdminSearch, readId } from "./admin-address.ts";
import { Filter } from "./filter.tsx";
import type { ListAddress } from "./use-list-address.ts";

export interface OneUserFilterProps {
  readonly search: AdminSearch;
  readonly address: ListAddress;
}

/** Says that a list is of one user only, and leads from there to all of it. The way in is a link from elsewhere. */
export function OneUserFilter({ search, address }: OneUserFilterProps) {
  const { adminAudit: texts } = usePages().messages;
  if (readId(search, "user") === null) return null;
  return (
    <Filter
      label={texts.user}
      value="one"
      onChange={() => address.change({ user: null })}
      options={[["one", texts.oneUser]]}
    />
  );
}
