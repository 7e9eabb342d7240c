import { buttonClass, Button, Link, MessagePage, usePages, useSignOut } from "@countersign/pages";
import { useUser } from "@countersign/react";

import { useAppMessages } from "../messages/app-messages.ts";

/** The app's own page in place of the ready one: it says as whom one is here, and offers to be somebody else. */
export function Forbidden() {
  const pages = usePages();
  const { forbidden: texts } = useAppMessages();
  const { isBusy, signOut } = useSignOut();
  const username = useUser((user) => user.username);

  return (
    <MessagePage
      title={pages.messages.forbidden.title}
      actions={
        <>
          <Link to={pages.routes.home} className={buttonClass({})}>
            {texts.home}
          </Link>
          {username ? (
            <Button variant="quiet" isBusy={isBusy} onClick={signOut}>
              {texts.switchUser}
            </Button>
          ) : (
            <Link to={pages.routes.login} className={buttonClass({ variant: "primary" })}>
              {pages.messages.login.title}
            </Link>
          )}
        </>
      }
    >
      {username ? texts.signedInAs(username) : pages.messages.forbidden.text}
    </MessagePage>
  );
}
