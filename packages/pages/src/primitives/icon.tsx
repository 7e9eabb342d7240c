import type { ReactNode } from "react";

/** The icons of the pages: 16 px, one line width, the colour of the text around them. */
export const icons = {
  eye: (
    <>
      <path d="M1.75 8S4 3.75 8 3.75 14.25 8 14.25 8 12 12.25 8 12.25 1.75 8 1.75 8Z" />
      <circle cx="8" cy="8" r="1.75" />
    </>
  ),
  eyeOff: (
    <>
      <path d="M6.3 4A6.6 6.6 0 0 1 8 3.75C12 3.75 14.25 8 14.25 8a11 11 0 0 1-1.7 2.2M10 11.9a6.2 6.2 0 0 1-2 .35C4 12.25 1.75 8 1.75 8a11 11 0 0 1 2.6-2.95" />
      <path d="m2.5 2.5 11 11" />
    </>
  ),
  close: <path d="m4 4 8 8M12 4l-8 8" />,
  chevronDown: <path d="m4.5 6.25 3.5 3.5 3.5-3.5" />,
  plus: <path d="M8 3.25v9.5M3.25 8h9.5" />,
  alert: (
    <>
      <circle cx="8" cy="8" r="6.25" />
      <path d="M8 5v3.5M8 10.9v.1" />
    </>
  ),
  globe: (
    <>
      <circle cx="8" cy="8" r="6.25" />
      <path d="M1.75 8h12.5M8 1.75c2 2 2.5 4 2.5 6.25S10 12.25 8 14.25c-2-2-2.5-4-2.5-6.25S6 3.75 8 1.75Z" />
    </>
  ),
  desktop: (
    <>
      <rect x="1.75" y="2.75" width="12.5" height="8" rx="1" />
      <path d="M5.5 13.25h5" />
    </>
  ),
  phone: (
    <>
      <rect x="4.25" y="1.75" width="7.5" height="12.5" rx="1.25" />
      <path d="M7.25 12h1.5" />
    </>
  ),
  terminal: (
    <>
      <rect x="1.75" y="2.75" width="12.5" height="10.5" rx="1" />
      <path d="m4.5 6 2 2-2 2M8.5 10.25h3" />
    </>
  ),
  edit: <path d="m10.6 2.9 2.5 2.5-7.6 7.6-3.1.6.6-3.1 7.6-7.6Z" />,
  /** What else can be done here. */
  more: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2.2" />,
  calendar: (
    <>
      <rect x="2.25" y="3.25" width="11.5" height="10.5" rx="1.25" />
      <path d="M2.25 6.5h11.5M5.25 1.75v3M10.75 1.75v3" />
    </>
  ),
  trash: <path d="M2.75 4.25h10.5M6.25 4V2.5h3.5V4M4 4.5l.6 9h6.8l.6-9M6.75 7v4M9.25 7v4" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof icons;

export interface IconProps {
  readonly name: IconName;
  readonly className?: string;
}

/** Decoration only: what it says must be in words or in a label beside it. */
export function Icon({ name, className = "cs-icon" }: IconProps) {
  return (
    <svg
      className={className}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {icons[name]}
    </svg>
  );
}
