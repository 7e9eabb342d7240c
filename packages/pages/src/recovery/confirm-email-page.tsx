import { buttonClass } from "../primitives/button.tsx";
import { Link } from "../primitives/link.tsx";
import type { EntrySlots, PageProps } from "../provider/page-slots.ts";
import { usePages } from "../provider/pages-context.ts";

import { LinkPage } from "./link-page.tsx";

/** Where the link to a new address leads: from here on the account has it. */
export function ConfirmEmailPage(props: PageProps & EntrySlots) {
  const { messages, routes } = usePages();
  const texts = messages.confirmEmail;
  const account = (
    <Link to={routes.account} className={buttonClass({ variant: "primary", isWide: true })}>
      {texts.account}
    </Link>
  );

  return (
    <LinkPage
      {...props}
      purpose="confirmEmail"
      texts={texts}
      afterwards={account}
      withoutLink={{ title: texts.invalidTitle, content: account }}
    />
  );
}
