import { useSlots } from "../entry/use-slots.ts";
import { buttonClass } from "../primitives/button.tsx";
import { Link } from "../primitives/link.tsx";
import type { MessageSlots, PageProps } from "../provider/page-slots.ts";
import { usePages } from "../provider/pages-context.ts";

import { MessagePage } from "./message-page.tsx";

/** No page has this address. */
export function NotFoundPage(props: PageProps & MessageSlots) {
  const { messages, routes } = usePages();
  const { actions } = useSlots("notFound", props);
  return (
    <MessagePage
      title={messages.notFound.title}
      actions={
        actions === undefined ? (
          <Link to={routes.home} className={buttonClass({})}>
            {messages.notFound.home}
          </Link>
        ) : (
          actions
        )
      }
    >
      {messages.notFound.text}
    </MessagePage>
  );
}
