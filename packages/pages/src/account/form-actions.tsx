import { Button, type ButtonProps } from "../primitives/button.tsx";
import { useMessages } from "../provider/pages-context.ts";

export interface FormActionsProps {
  readonly submit: string;
  readonly submitting: string;
  readonly isBusy: boolean;
  readonly variant?: ButtonProps["variant"];
  readonly onCancel: () => void;
}

/** The end of a form that stands in a page: what sends it, and the way out of it. */
export function FormActions({ submit, submitting, isBusy, variant = "primary", onCancel }: FormActionsProps) {
  const messages = useMessages();
  return (
    <div className="cs-form__actions">
      <Button type="submit" variant={variant} isBusy={isBusy}>
        {isBusy ? submitting : submit}
      </Button>
      <Button variant="quiet" onClick={onCancel}>
        {messages.common.cancel}
      </Button>
    </div>
  );
}
