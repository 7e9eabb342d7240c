import { usePages } from "../provider/pages-context.ts";

import { Link } from "./link.tsx";
import { Mark } from "./mark.tsx";

/** The brand's mark and name, leading home. */
export function BrandLink() {
  const { brand, routes } = usePages();
  return (
    <Link to={routes.home} className="cs-brand">
      {brand.mark ?? <Mark />}
      {brand.name}
    </Link>
  );
}
