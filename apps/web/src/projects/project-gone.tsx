import { buttonClass, Link, MessagePage } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";

import { LeftDrafts } from "./left-drafts.tsx";

export interface ProjectGoneProps {
  readonly projectId: string;
  readonly seenName: string | null;
}

/** Where a project was, or never was for this user: it is not said which, beyond what they have seen themselves. */
export function ProjectGone({ projectId, seenName }: ProjectGoneProps) {
  const { projects: texts } = useAppMessages();
  return (
    <>
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
      <LeftDrafts projectId={projectId} />
    </>
  );
}
