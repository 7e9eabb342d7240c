import { Link } from "@tanstack/react-router";

import { Authenticated } from "@countersign/react";

import { useAppMessages } from "../messages/app-messages.ts";

export function MainNavigation() {
  const { nav: texts } = useAppMessages();
  return (
    <Authenticated>
      <nav className="shell__nav" aria-label={texts.label}>
        <Link to="/notes" className="shell__link">
          {texts.notes}
        </Link>
      </nav>
    </Authenticated>
  );
}
