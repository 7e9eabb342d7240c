import { arabic, english, withTexts, type Languages } from "@countersign/pages";

/** What can be read here. One text of the ready pages is the app's own: here it is mostly notes that are not found. */
export const languages: Languages = [
  withTexts(english, { notFound: { text: "The note may have been deleted, or the address is mistyped." } }),
  withTexts(arabic, { notFound: { text: "ربما حُذفت الملاحظة، أو كُتب العنوان خطأً." } }),
];
