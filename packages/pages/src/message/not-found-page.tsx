import type { ReactNode } from "react";

import { buttonClass } from "../primitives/button.tsx";
import { Link } from "../primitives/link.tsx";
import { usePages } from "../provider/pages-context.ts";

import { MessagePage } from "./message-page.tsx";

/** No page has this address. */
export function NotFoundPage({ actions }: { readonly actions?: ReactNode }) {
  const { messages, routes } = usePages();
  return (
    <MessagePage
      title={messages.notFound.title}
      actions={
        actions ?? (
          <Link to={routes.home} className={buttonClass({})}>
            {messages.notFound.home}
          </Link>
        )
      }
    >
      {messages.notFound.text}
    </MessagePage>
  );
}
