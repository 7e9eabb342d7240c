import type { Upload } from "@countersign/client";
import { Button, usePages } from "@countersign/pages";

import { useAppMessages } from "../../messages/app-messages.ts";

import { describeUploadError, isFileRefused } from "./describe-upload-error.ts";
import { formatSize } from "./format-size.ts";

export interface UploadRowProps {
  readonly upload: Upload;
  readonly onCancel: () => void;
  readonly onRetry: () => void;
}

/** A file on its way: how much of it is sent, or why it was not taken. */
export function UploadRow({ upload, onCancel, onRetry }: UploadRowProps) {
  const { messages, locale } = usePages();
  const { attachments: texts } = useAppMessages();
  const { name, size, sent, status } = upload;

  if (status === "failed") {
    return (
      <li className="attachments__row">
        <div className="attachments__trouble" role="alert">
          <p>
            {texts.notSent(name)} {describeUploadError(upload.error, texts, messages, locale)}
          </p>
          {!isFileRefused(upload.error) && (
            <Button size="small" aria-label={texts.retryLabel(name)} onClick={onRetry}>
              {messages.common.retry}
            </Button>
          )}
          <Button size="small" variant="quiet" aria-label={texts.dismissLabel(name)} onClick={onCancel}>
            {messages.common.dismiss}
          </Button>
        </div>
      </li>
    );
  }
  return (
    <li className="attachments__row">
      <div className="attachments__main">
        <bdi className="attachments__name">{name}</bdi>
        <progress className="attachments__progress" aria-label={texts.progressOf(name)} value={sent} max={size || 1} />
        <span className="attachments__facts">
          {status === "waiting" ? texts.waiting : `${formatSize(sent, locale)} / ${formatSize(size, locale)}`}
        </span>
      </div>
      <Button size="small" variant="quiet" aria-label={texts.cancelLabel(name)} onClick={onCancel}>
        {texts.cancel}
      </Button>
    </li>
  );
}
