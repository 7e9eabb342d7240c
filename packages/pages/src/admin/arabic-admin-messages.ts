import { countOf } from "../language/arabic-words.ts";

import type { englishAdminMessages } from "./english-admin-messages.ts";

/** The texts of the admin's pages in Arabic: part of `arabicMessages`. */
export const arabicAdminMessages: typeof englishAdminMessages = {
  adminNav: {
    label: "الإدارة",
    users: "المستخدمون",
    groups: "المجموعات",
    sessions: "الجلسات",
    audit: "سجل التدقيق",
    connections: "الاتصالات",
  },
  adminList: {
    search: "بحث",
    order: "الترتيب",
    all: "الكل",
    first: "الصفحة الأولى",
    next: "الصفحة التالية",
    pages: "الصفحات",
    nothing: "لا نتائج",
    nothingText: "لا يوجد ما يطابق ذلك.",
    failed: "تعذّر تحميل هذه القائمة.",
  },
  adminUsers: {
    title: "المستخدمون",
    count: (count) =>
      countOf(count, {
        zero: "لا مستخدمين",
        one: "مستخدم واحد",
        two: "مستخدمان",
        few: "# مستخدمين",
        many: "# مستخدمًا",
        other: "# مستخدم",
      }),
    searchHint: "اسم المستخدم أو البريد أو الاسم",
    status: "عرض",
    active: "نشط",
    inactive: "غير نشط",
    staff: "فريق العمل",
    superuser: "المشرفون العامون",
    byUsername: "اسم المستخدم تصاعديًا",
    byUsernameDown: "اسم المستخدم تنازليًا",
    newest: "الأحدث أولًا",
    oldest: "الأقدم أولًا",
    lastSeen: "آخر تسجيل دخول",
    lastLogin: "آخر تسجيل دخول",
    neverSignedIn: "لم يسجّل الدخول قط",
    create: "مستخدم جديد",
    createSubmit: "إنشاء المستخدم",
    creating: "جارٍ الإنشاء…",
    passwordHelp: "إن تُركت فارغة فأرسل إليه بعدها رابطًا لاختيار كلمة مروره.",
  },
};
