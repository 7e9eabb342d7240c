import { useState } from "react";

import type { ChangeOutcome } from "@countersign/client";
import { ConfirmInPlace, describeCallError, Notice, RelativeTime, usePages } from "@countersign/pages";
import { useSessionClient } from "@countersign/react";

import type { Attachment } from "../../api.ts";
import { useAppMessages } from "../../messages/app-messages.ts";
import { Person } from "../../projects/person.tsx";
import { useProject } from "../../projects/project-context.ts";

import { formatSize } from "./format-size.ts";

export interface AttachmentRowProps {
  readonly attachment: Attachment;
  readonly onRemove: () => Promise<ChangeOutcome<Attachment>>;
  readonly onRemoved: () => void;
}

/** Pictures up to this size are shown small beside their name: the whole of each is fetched for it. */
const mostPreviewBytes = 512 * 1024;

/** A file of a task: its name is the way to it. */
export function AttachmentRow({ attachment, onRemove, onRemoved }: AttachmentRowProps) {
  const { fileUrl } = useSessionClient();
  const { messages, locale } = usePages();
  const { attachments: texts } = useAppMessages();
  const { members } = useProject();
  const [failure, setFailure] = useState<string | null>(null);
  const { id, name, size, type } = attachment;
  const uploader = members.find(({ userId }) => userId === attachment.uploadedBy);
  const hasPreview = type.startsWith("image/") && size <= mostPreviewBytes;

  async function remove() {
    setFailure(null);
    const outcome = await onRemove();
    if (outcome.status === "done") onRemoved();
    if (outcome.status === "refused" || outcome.status === "unknown") {
      setFailure(`${texts.notRemoved(name)} ${describeCallError(outcome.error, messages, locale)}`);
    }
  }

  return (
    <li className="attachments__row">
      {hasPreview && (
        <img
          className="attachments__preview"
          src={fileUrl("attachment.download", { id }, { inline: true })}
          alt=""
          loading="lazy"
          decoding="async"
        />
      )}
      <div className="attachments__main">
        <a className="cs-link attachments__name" href={fileUrl("attachment.download", { id })} download={name}>
          <bdi>{name}</bdi>
        </a>
        <span className="attachments__facts">
          <span>{formatSize(size, locale)}</span>
          <RelativeTime at={attachment.createdAt} />
          {uploader && <Person member={uploader} />}
        </span>
      </div>
      {attachment.$can.remove && (
        <ConfirmInPlace
          action={texts.remove}
          label={texts.removeLabel(name)}
          question={texts.removeQuestion(name)}
          confirm={texts.remove}
          confirming={texts.removing}
          onConfirm={remove}
        />
      )}
      {failure !== null && <Notice tone="danger">{failure}</Notice>}
    </li>
  );
}
