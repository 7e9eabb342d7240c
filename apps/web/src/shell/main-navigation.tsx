import { Link } from "@tanstack/react-router";

import { Authenticated } from "@countersign/react";

import { messages } from "../messages.ts";

export function MainNavigation() {
  return (
    <Authenticated>
      <nav className="shell__nav" aria-label={messages.nav.label}>
        <Link to="/notes" className="shell__link">
          {messages.nav.notes}
        </Link>
      </nav>
    </Authenticated>
  );
}
