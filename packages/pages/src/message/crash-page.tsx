import { Button } from "../primitives/button.tsx";
import { useMessages } from "../provider/pages-context.ts";

import { MessagePage } from "./message-page.tsx";

/** In place of a page that failed to render. It says nothing of the error: that is for the console. */
export function CrashPage() {
  const messages = useMessages();
  return (
    <MessagePage
      title={messages.crash.title}
      actions={
        <Button variant="primary" onClick={() => location.reload()}>
          {messages.crash.reload}
        </Button>
      }
    >
      {messages.crash.text}
    </MessagePage>
  );
}
