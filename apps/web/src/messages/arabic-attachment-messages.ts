import { countOf, isolate } from "./arabic-words.ts";
import type { AttachmentMessages } from "./english-attachment-messages.ts";

/** Every text of the files of a task, in Arabic. */
export const arabicAttachmentMessages: AttachmentMessages = {
  title: "الملفات",
  add: "إضافة ملفات",
  drop: "أو أفلتها هنا",
  dropNow: "أفلت الملفات هنا",
  none: "لا ملفات بعد",
  count: (count) => countOf(count, ["ملف واحد", "ملفان", "# ملفات", "# ملفًا"]),
  sending: (count) => `جارٍ إرسال ${countOf(count, ["ملف واحد", "ملفين", "# ملفات", "# ملفًا"])}`,
  progressOf: (name) => `جارٍ إرسال «${isolate(name)}»`,
  waiting: "بالانتظار",
  cancel: "إلغاء",
  cancelLabel: (name) => `إلغاء إرسال «${isolate(name)}»`,
  notSent: (name) => `لم يُضف «${isolate(name)}».`,
  retryLabel: (name) => `إعادة محاولة إرسال «${isolate(name)}»`,
  dismissLabel: (name) => `إخفاء الرسالة عن «${isolate(name)}»`,
  tooLarge: (most) => `حجمه كبير: ${isolate(most)} على الأكثر.`,
  kindRefused: "لا تُقبل ملفات من هذا النوع. تُقبل الصور وملفات PDF والنصوص والأرشيفات ومستندات المكتب.",
  empty: "الملف فارغ.",
  full: "لم يبقَ متّسع للملفات. احذف بعضها أولًا أو أفرغ المحذوفات.",
  slow: "لم يصل في الوقت المحدّد.",
  download: (name) => `تنزيل «${isolate(name)}»`,
  remove: "حذف",
  removeLabel: (name) => `حذف «${isolate(name)}»`,
  removeQuestion: (name) => `حذف «${isolate(name)}» للجميع؟`,
  removing: "جارٍ الحذف…",
  notRemoved: (name) => `لم يُحذف «${isolate(name)}».`,
  failed: "تعذّر تحميل الملفات.",
  showMore: "عرض المزيد",
};
