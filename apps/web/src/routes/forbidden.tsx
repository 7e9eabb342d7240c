import { buttonClass, Button, Link, MessagePage, usePages, useSignOut } from "@countersign/pages";
import { useUser } from "@countersign/react";

import { messages } from "../messages.ts";

/** The app's own page in place of the ready one: it says as whom one is here, and offers to be somebody else. */
export function Forbidden() {
  const pages = usePages();
  const { isBusy, signOut } = useSignOut();
  const username = useUser((user) => user.username);

  return (
    <MessagePage
      title={pages.messages.forbidden.title}
      actions={
        <>
          <Link to={pages.routes.home} className={buttonClass({})}>
            {messages.forbidden.home}
          </Link>
          {username && (
            <Button variant="quiet" isBusy={isBusy} onClick={signOut}>
              {messages.forbidden.switchUser}
            </Button>
          )}
        </>
      }
    >
      {username ? messages.forbidden.signedInAs(username) : pages.messages.forbidden.text}
    </MessagePage>
  );
}
