import { usePages } from "../provider/pages-context.ts";

import { Link } from "./link.tsx";

/** The brand's mark and name, leading home; nothing where there is no brand. */
export function BrandLink() {
  const { brand, routes } = usePages();
  if (!brand.name) return null;

  return (
    <Link to={routes.home} className="cs-brand">
      {brand.mark}
      {brand.name}
    </Link>
  );
}
