const digits = new Intl.NumberFormat("en");

/** Every text of the files of a task, in English. */
export const englishAttachmentMessages = {
  title: "Files",
  add: "Add files",
  drop: "or drop them here",
  dropNow: "Drop the files here",
  none: "No files yet",
  count: (count: number) => (count === 1 ? "1 file" : `${digits.format(count)} files`),
  sending: (count: number) => (count === 1 ? "1 file is being sent" : `${digits.format(count)} files are being sent`),
  progressOf: (name: string) => `Sending “${name}”`,
  waiting: "Waits",
  cancel: "Cancel",
  cancelLabel: (name: string) => `Cancel sending “${name}”`,
  notSent: (name: string) => `“${name}” was not added.`,
  retryLabel: (name: string) => `Try again to send “${name}”`,
  dismissLabel: (name: string) => `Dismiss the message about “${name}”`,
  tooLarge: (most: string) => `It is too large: at most ${most}.`,
  kindRefused: "Files of this kind are not taken. Pictures, PDF, text, archives and office documents are.",
  empty: "It is empty.",
  full: "There is no room left for files. Delete some first, or empty the bin.",
  slow: "It did not arrive in time.",
  download: (name: string) => `Download “${name}”`,
  remove: "Delete",
  removeLabel: (name: string) => `Delete “${name}”`,
  removeQuestion: (name: string) => `Delete “${name}” for everybody?`,
  removing: "Deleting…",
  notRemoved: (name: string) => `“${name}” was not deleted.`,
  failed: "The files could not be loaded.",
  showMore: "Show more",
};

export type AttachmentMessages = typeof englishAttachmentMessages;
