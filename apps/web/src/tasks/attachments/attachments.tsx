import { useRef } from "react";

import { Button, Loading, Skeleton } from "@countersign/pages";
import { useLiveList, useUploads } from "@countersign/react";

import { api } from "../../api.ts";
import { FailedList } from "../../failed-list.tsx";
import { useAppMessages } from "../../messages/app-messages.ts";

import { AttachmentRow } from "./attachment-row.tsx";
import { DropZone } from "./drop-zone.tsx";
import { UploadRow } from "./upload-row.tsx";

import "./attachments.css";

export interface AttachmentsProps {
  readonly taskId: string;
  /** May this user add files? */
  readonly mayAdd: boolean;
}

/** The files of a task, live: those that are there, and those that are being sent from here. */
export function Attachments({ taskId, mayAdd }: AttachmentsProps) {
  const { client: rpc } = api.useUtils();
  const { attachments: texts } = useAppMessages();
  const title = useRef<HTMLHeadingElement>(null);
  // Shown until they are gone: a row says itself when its removal was refused.
  const list = useLiveList(rpc.attachment, { filter: { taskId: { eq: taskId } }, pageSize: 50, removing: "mark" });
  const { uploads, add, cancel, retry } = useUploads("attachment.upload", { taskId });
  const sending = uploads.filter(({ status }) => status !== "failed").length;
  const isEmpty = list.status === "ready" && list.rows.length === 0 && uploads.length === 0;

  /** What had the focus goes with its row. */
  function takeFocus() {
    title.current?.focus();
  }

  function handleCancel(id: string) {
    cancel(id);
    takeFocus();
  }

  return (
    <DropZone label={texts.title} titleRef={title} isOpen={mayAdd} onFiles={add}>
      {/* Said when it changes: that files are on their way, and how many there are then. */}
      <p className="cs-visually-hidden" role="status">
        {sending > 0 ? texts.sending(sending) : list.status === "ready" && texts.count(list.rows.length)}
      </p>
      {list.status === "error" && <FailedList text={texts.failed} error={list.error} retry={list.retry} />}
      {list.status === "loading" && (
        <Loading>
          <Skeleton width="70%" />
        </Loading>
      )}
      {isEmpty && <p className="cs-muted attachments__none">{texts.none}</p>}
      {(list.rows.length > 0 || uploads.length > 0) && (
        <ul className="attachments__list" aria-label={texts.title}>
          {list.rows.map((attachment) => (
            <AttachmentRow
              key={list.keyOf(attachment)}
              attachment={attachment}
              onRemove={() => list.remove(attachment)}
              onRemoved={takeFocus}
            />
          ))}
          {uploads.map((upload) => (
            <UploadRow
              key={upload.id}
              upload={upload}
              onCancel={() => handleCancel(upload.id)}
              onRetry={() => retry(upload.id)}
            />
          ))}
        </ul>
      )}
      {list.hasMore && (
        <Button size="small" variant="quiet" isBusy={list.isStale} onClick={list.loadMore}>
          {texts.showMore}
        </Button>
      )}
    </DropZone>
  );
}
