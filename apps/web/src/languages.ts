import { arabic, english, withTexts, type Languages } from "@countersign/pages";

/** What can be read here. One text of the ready pages is the app's own: here it is mostly notes and tasks that are not found. */
export const languages: Languages = [
  withTexts(english, { notFound: { text: "What was here may have been deleted, or the address is mistyped." } }),
  withTexts(arabic, { notFound: { text: "ربما حُذف ما كان هنا، أو كُتب العنوان خطأً." } }),
];
