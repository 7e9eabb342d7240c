import { arabicAttachmentMessages } from "./arabic-attachment-messages.ts";
import { arabicProjectMessages } from "./arabic-project-messages.ts";
import { countOf, digits, isolate } from "./arabic-words.ts";
import type { AppMessages } from "./english.ts";

/** Every text of the app, in Arabic. Titles in any script are isolated, so that they move nothing around them. */
export const arabicMessages: AppMessages = {
  pitch: "ملاحظات ومشاريع تتحدّث مباشرةً في كل نافذة مفتوحة لديك.",
  forbidden: {
    signedInAs: (username) => `سجّلت الدخول باسم \u2068${username}\u2069، وتنقص حسابه صلاحية تحتاجها هذه الصفحة.`,
    home: "الذهاب إلى ملاحظاتك",
    switchUser: "الدخول باسم آخر",
  },
  nav: { label: "القائمة الرئيسية", notes: "الملاحظات", projects: "المشاريع" },
  ...arabicProjectMessages,
  attachments: arabicAttachmentMessages,
  notes: {
    title: "الملاحظات",
    count: (count) => countOf(count, ["ملاحظة واحدة", "ملاحظتان", "# ملاحظات", "# ملاحظة"]),
    create: "ملاحظة جديدة",
    emptyTitle: "لا ملاحظات بعد",
    emptyText: "اكتب ملاحظة هنا فتظهر فورًا في كل نافذة مفتوحة لديك.",
    emptyAction: "اكتب أول ملاحظة",
    failed: "تعذّر تحميل ملاحظاتك.",
    noBody: "بلا نص",
    edited: "عُدّلت",
    edit: "تعديل",
    editLabel: (title) => `تعديل «${isolate(title)}»`,
    remove: "حذف",
    removeLabel: (title) => `حذف «${isolate(title)}»`,
    removeQuestion: (title) => `حذف «${isolate(title)}»؟`,
    removing: "جارٍ الحذف…",
    checking: "جارٍ التحقّق…",
    removeUnknown: "لا يُعرف هل حُذفت.",
    saved: (title) => `حُفظت «${isolate(title)}».`,
    showMore: "عرض المزيد",
    showLess: "عرض أقل",
    loadMore: "عرض مزيد من الملاحظات",
    removed: (title) => `حُذفت «${isolate(title)}».`,
    removeFailed: "لم تُحذف.",
    saving: "جارٍ الحفظ…",
    waiting: "بانتظار الاتصال",
    confirming: "لم تُؤكَّد بعد",
    untitled: "بلا عنوان",
  },
  unsaved: { signOut: "ما كتبته لم يُحفظ بعد وسيضيع. هل تريد الخروج مع ذلك؟" },
  editor: {
    newLabel: "ملاحظة جديدة",
    label: (title) => `تعديل «${isolate(title)}»`,
    title: "العنوان",
    body: "النص",
    save: "حفظ",
    cancel: "إلغاء",
    titleMissing: "أعطِ الملاحظة عنوانًا.",
    titleTooLong: (most) => `طويل جدًا: ${charactersAtMost(most)}.`,
    bodyTooLong: (most) => `طويل جدًا: ${charactersAtMost(most)}.`,
    length: (length, most) => `${digits.format(length)} من ${digits.format(most)}`,
    failed: "لم تُحفظ.",
    changedElsewhere: "تغيّرت هذه الملاحظة في مكان آخر وأنت تكتب.",
    compare: "مقارنة",
    goneElsewhere: "حُذفت هذه الملاحظة في مكان آخر. ما زال نصك هنا.",
    saveAsNew: "حفظ كملاحظة جديدة",
    discard: "تجاهل",
  },
  conflict: {
    title: "لهذه الملاحظة نسختان",
    text: "تغيّرت في مكان آخر بعد أن بدأت الكتابة. اختر النسخة التي تبقى.",
    mine: "نسختك",
    theirs: "ما حُفظ في الأثناء",
    keepMine: "أبقِ نسختك",
    keepTheirs: "أبقِ المحفوظة",
    edit: "واصل تعديل نسختك",
  },
  theme: {
    label: "المظهر",
    system: "حسب النظام",
    light: "فاتح",
    dark: "داكن",
    failed: "لم يُحفظ المظهر.",
  },
  notices: {
    open: "فتح",
    texts: { forbidden: "لم تعد لديك صلاحية لفعل هذا." },
  },
  news: {
    notSaved: (title) => `تعذّر حفظ «${isolate(title)}».`,
    conflict: (title) => `تغيّرت «${isolate(title)}» في مكان آخر، ولها الآن نسختان.`,
    show: "عرض",
  },
};

function charactersAtMost(most: number): string {
  return `${countOf(most, ["حرف واحد", "حرفان", "# أحرف", "# حرف"])} على الأكثر`;
}
