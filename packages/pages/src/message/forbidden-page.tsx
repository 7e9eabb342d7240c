import { useSlots } from "../entry/use-slots.ts";
import { buttonClass } from "../primitives/button.tsx";
import { Link } from "../primitives/link.tsx";
import type { MessageSlots, PageProps } from "../provider/page-slots.ts";
import { usePages } from "../provider/pages-context.ts";

import { MessagePage } from "./message-page.tsx";

/** Signed in, but not allowed. */
export function ForbiddenPage(props: PageProps & MessageSlots) {
  const { messages, routes } = usePages();
  const { actions } = useSlots("forbidden", props);
  return (
    <MessagePage
      title={messages.forbidden.title}
      actions={
        actions === undefined ? (
          <Link to={routes.home} className={buttonClass({})}>
            {messages.forbidden.home}
          </Link>
        ) : (
          actions
        )
      }
    >
      {messages.forbidden.text}
    </MessagePage>
  );
}
