import { useSlots } from "../entry/use-slots.ts";
import { buttonClass } from "../primitives/button.tsx";
import { Link } from "../primitives/link.tsx";
import type { MessageSlots, PageProps } from "../provider/page-slots.ts";
import { usePages } from "../provider/pages-context.ts";

import { MessagePage } from "./message-page.tsx";

/** For apps that say goodbye (`settings.afterLogout`), rather than show the login page at once. */
export function LoggedOutPage(props: PageProps & MessageSlots) {
  const { messages, routes } = usePages();
  const { actions } = useSlots("loggedOut", props);
  return (
    <MessagePage
      title={messages.loggedOut.title}
      actions={
        actions === undefined ? (
          <>
            <Link to={routes.login} className={buttonClass({ variant: "primary" })}>
              {messages.loggedOut.login}
            </Link>
            <Link to={routes.home} className={buttonClass({})}>
              {messages.loggedOut.home}
            </Link>
          </>
        ) : (
          actions
        )
      }
    >
      {messages.loggedOut.text}
    </MessagePage>
  );
}
