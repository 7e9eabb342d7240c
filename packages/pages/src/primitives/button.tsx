import type { ComponentProps, MouseEvent } from "react";

import { joinClasses } from "./class-name.ts";

export interface ButtonProps extends ComponentProps<"button"> {
  readonly variant?: "primary" | "secondary" | "quiet" | "danger";
  readonly size?: "medium" | "small";
  readonly isWide?: boolean;
  /** Working: stays in its place and keeps the focus, but does nothing when pressed. */
  readonly isBusy?: boolean;
}

/** A button. It does not submit a form unless `type="submit"` is given. */
export function Button(props: ButtonProps) {
  const { variant = "secondary", size = "medium", isWide = false, isBusy = false, className, onClick, ...rest } = props;

  function handleClick(event: MouseEvent<HTMLButtonElement>) {
    if (isBusy) return event.preventDefault();
    onClick?.(event);
  }

  return (
    <button
      type="button"
      {...rest}
      className={buttonClass({ variant, size, isWide, className })}
      aria-busy={isBusy || undefined}
      aria-disabled={isBusy || undefined}
      onClick={handleClick}
    />
  );
}

type ButtonLook = Pick<ButtonProps, "variant" | "size" | "isWide" | "className">;

/** The class of something that looks like a button, as a link may. */
export function buttonClass({ variant = "secondary", size = "medium", isWide = false, className }: ButtonLook): string {
  return joinClasses(
    "cs-button",
    `cs-button--${variant}`,
    size === "small" && "cs-button--small",
    isWide && "cs-button--wide",
    className,
  );
}
