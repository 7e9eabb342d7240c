import { buttonClass } from "../primitives/button.tsx";
import { Link } from "../primitives/link.tsx";
import type { EntrySlots, PageProps } from "../provider/page-slots.ts";
import { usePages } from "../provider/pages-context.ts";

import { LinkPage } from "./link-page.tsx";

/** Where the link in the notice to the old address leads: "this was not me". */
export function RevertEmailPage(props: PageProps & EntrySlots) {
  const { messages, routes } = usePages();
  const texts = messages.revertEmail;
  const reset = (
    <Link to={routes.forgot} className={buttonClass({ variant: "primary", isWide: true })}>
      {texts.reset}
    </Link>
  );

  return (
    <LinkPage
      {...props}
      purpose="revertEmail"
      texts={texts}
      afterwards={reset}
      withoutLink={{ title: texts.invalidTitle, content: reset }}
    />
  );
}
