import { useUser } from "@countersign/react";

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
  const username = useUser((user) => user.username);
  if (username !== null) return <StillSignedIn username={username} />;

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

/** Whoever comes here by its address while signed in is not told that they are out. */
function StillSignedIn({ username }: { readonly username: string }) {
  const { messages, routes } = usePages();
  return (
    <MessagePage
      title={messages.loggedOut.stillTitle}
      actions={
        <Link to={routes.home} className={buttonClass({ variant: "primary" })}>
          {messages.loggedOut.home}
        </Link>
      }
    >
      {messages.loggedOut.stillText(username)}
    </MessagePage>
  );
}
