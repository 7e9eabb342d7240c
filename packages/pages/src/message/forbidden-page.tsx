import type { ReactNode } from "react";

import { buttonClass } from "../primitives/button.tsx";
import { Link } from "../primitives/link.tsx";
import { usePages } from "../provider/pages-context.ts";

import { MessagePage } from "./message-page.tsx";

/** Signed in, but not allowed. */
export function ForbiddenPage({ actions }: { readonly actions?: ReactNode }) {
  const { messages, routes } = usePages();
  return (
    <MessagePage
      title={messages.forbidden.title}
      actions={
        actions ?? (
          <Link to={routes.home} className={buttonClass({})}>
            {messages.forbidden.home}
          </Link>
        )
      }
    >
      {messages.forbidden.text}
    </MessagePage>
  );
}
