import type { ReactNode } from "react";

/** What any page may be given. */
export interface PageProps {
  /** Where to go afterwards, as it came in the address: it is checked here, and what is unsafe goes home. */
  readonly next?: unknown;
}

/** Places of a page with a form: round it as long as it is there, not round what comes after it. What is left out stays as it is; null leaves the place empty. */
export interface EntrySlots {
  readonly beforeForm?: ReactNode;
  /** More ways in, below the form. */
  readonly afterForm?: ReactNode;
  /** In place of the line below the card. */
  readonly foot?: ReactNode;
}

/** Places of the account page. */
export interface AccountSlots {
  readonly beforeSections?: ReactNode;
  readonly afterSections?: ReactNode;
}

/** Places of a page that only says something. */
export interface MessageSlots {
  /** In place of the ways on. */
  readonly actions?: ReactNode;
}

/** What an app puts into the pages, by page. */
export interface PageSlots {
  readonly login?: EntrySlots;
  readonly register?: EntrySlots;
  readonly forgot?: EntrySlots;
  readonly reset?: EntrySlots;
  readonly verify?: EntrySlots;
  readonly confirmEmail?: EntrySlots;
  readonly revertEmail?: EntrySlots;
  readonly account?: AccountSlots;
  readonly providerContinue?: EntrySlots;
  readonly providerError?: MessageSlots;
  readonly loggedOut?: MessageSlots;
  readonly forbidden?: MessageSlots;
  readonly notFound?: MessageSlots;
}
