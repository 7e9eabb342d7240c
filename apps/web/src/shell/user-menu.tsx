import { Icon, Link, Menu, usePages, useSignOut } from "@countersign/pages";
import { useUser } from "@countersign/react";

import { ThemeChoice } from "./theme-choice.tsx";

/** Who is signed in, the way to the account, and the way out. Nothing while nobody is. */
export function UserMenu() {
  const { messages, routes } = usePages();
  const { signOut } = useSignOut();
  const user = useUser();
  if (!user) return null;

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
      <button type="button" className="cs-menu__item" onClick={signOut}>
        {messages.signOut.action}
      </button>
    </Menu>
  );
}

function firstLetter(name: string): string {
  return (Array.from(name)[0] ?? "").toLocaleUpperCase();
}
