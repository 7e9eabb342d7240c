import { buttonClass, Link, MessagePage } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";

/** Where a project was, or never was for this user: it is not said which, beyond what they have seen themselves. */
export function ProjectGone({ seenName }: { readonly seenName: string | null }) {
  const { projects: texts } = useAppMessages();
  return (
    <MessagePage
      title={seenName === null ? texts.notFoundTitle : texts.goneTitle}
      actions={
        <Link to="/projects" className={buttonClass({ variant: "primary" })}>
          {texts.backToAll}
        </Link>
      }
    >
      {seenName === null ? texts.notFoundText : texts.goneText(seenName)}
    </MessagePage>
  );
}
