import { Button, describeCallError, Notice, usePages } from "@countersign/pages";

export interface FailedListProps {
  /** What could not be loaded, as a sentence. */
  readonly text: string;
  readonly error: unknown;
  readonly retry: () => void;
}

/** In place of a list that was refused, or above the rows it had. */
export function FailedList({ text, error, retry }: FailedListProps) {
  const { messages, locale } = usePages();
  return (
    <Notice
      tone="danger"
      action={
        <Button size="small" onClick={retry}>
          {messages.common.retry}
        </Button>
      }
    >
      {text} {describeCallError(error, messages, locale)}
    </Notice>
  );
}
