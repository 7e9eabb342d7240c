import { hasUnsavedWork } from "@countersign/client";
import { Icon, Link, Menu, usePages, useSignOut } from "@countersign/pages";
import { useSessionClient, useUser } from "@countersign/react";

import { useAppMessages } from "../messages/app-messages.ts";

import { ThemeChoice } from "./theme-choice.tsx";

/** Who is signed in, the way to the account, and the way out. Nothing while nobody is. */
export function UserMenu() {
  const { messages, routes } = usePages();
  const { signOut } = useSignOut();
  const user = useUser();
  const session = useSessionClient();
  const { unsaved } = useAppMessages();
  if (!user) return null;

  function handleSignOut() {
    if (hasUnsavedWork(session) && !confirm(unsaved.signOut)) return;
    signOut();
  }

  return (
    <Menu
      label={messages.userMenu.label(user.username)}
      triggerClassName="shell__user"
      trigger={
        <>
          <span className="shell__initial" aria-hidden="true" data-letter={firstLetter(user.username)} />
          <bdi className="shell__username">{user.username}</bdi>
          <Icon name="chevronDown" />
        </>
      }
    >
      <div className="cs-menu__head">
        <strong>
          <bdi>{user.username}</bdi>
        </strong>
        {user.email && <bdi className="cs-muted">{user.email}</bdi>}
      </div>
      <ThemeChoice />
      <Link to={routes.account} className="cs-menu__item">
        {messages.userMenu.account}
      </Link>
      <button type="button" className="cs-menu__item" onClick={handleSignOut}>
        {messages.signOut.action}
      </button>
    </Menu>
  );
}

function firstLetter(name: string): string {
  return (Array.from(name)[0] ?? "").toLocaleUpperCase();
}
