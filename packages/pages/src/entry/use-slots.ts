import type { PageSlots } from "../provider/page-slots.ts";
import { usePages } from "../provider/pages-context.ts";

type Slots<Name extends keyof PageSlots> = NonNullable<PageSlots[Name]>;

/** What is put into a page: what it was given itself, else what the app put into all pages of this name. */
export function useSlots<Name extends keyof PageSlots>(name: Name, own: Slots<Name>): Slots<Name> {
  const given = Object.entries(own).filter(([, content]) => content !== undefined);
  return { ...usePages().slots[name], ...(Object.fromEntries(given) as Slots<Name>) };
}
