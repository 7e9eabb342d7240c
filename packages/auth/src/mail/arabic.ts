import { formatLifetime } from "./format-lifetime.ts";
import type { MailTexts, WayBack } from "./mail-texts.ts";

/** Every mail in Arabic. */
export function arabic(site: string): MailTexts {
  const lasts = (seconds: number) => `يعمل الرابط مرة واحدة، ومدة صلاحيته ${formatLifetime(seconds, "ar")}.`;
  const ignore = "إن لم تكن أنت من فعل ذلك فتجاهل هذه الرسالة: لن يتغير شيء.";

  return {
    language: "ar",
    direction: "rtl",
    confirmAddress: ({ url, lifetimeSeconds, username }) => ({
      subject: `أكّد عنوانك في ${site}`,
      lines: [
        `أنشأ شخص ما حسابًا في ${site} بهذا العنوان. إن كنت أنت، فأكّد أن العنوان لك.`,
        ...(username === null ? [] : [`اسم الحساب: ${username}`]),
      ],
      action: { label: "تأكيد العنوان", url },
      after: [lasts(lifetimeSeconds), "إن لم تنشئ حسابًا فلا تستخدم الرابط: وإلا حصل حساب شخص آخر على عنوانك."],
    }),
    confirmAddressOfOne: ({ links, lifetimeSeconds }) => ({
      subject: `أكّد عنوانك في ${site}`,
      lines: [`أُنشئت عدة حسابات في ${site} بهذا العنوان. إن كان أحدها لك، فأكّد العنوان لذلك الحساب.`],
      actions: links.map(({ username, url }) => ({
        label: username === null ? "التأكيد لحساب آخر" : `التأكيد للحساب ${username}`,
        url,
      })),
      after: [lasts(lifetimeSeconds), "لا تستخدم رابط حساب لم تنشئه: وإلا حصل حساب شخص آخر على عنوانك."],
    }),
    addressInUse: ({ signInUrl }) => ({
      subject: `لديك حساب في ${site} بالفعل`,
      lines: [
        `أراد شخص ما استخدام هذا العنوان لحساب في ${site}. يوجد حساب به بالفعل، لذلك لم يتغير شيء.`,
        "إن كنت أنت، فسجّل الدخول بحسابك؛ ومن هناك يمكنك أيضًا الحصول على كلمة مرور جديدة.",
      ],
      action: { label: "تسجيل الدخول", url: signInUrl },
      after: [ignore],
    }),
    resetPassword: ({ url, lifetimeSeconds }) => ({
      subject: `كلمة مرور جديدة في ${site}`,
      lines: [`طلب شخص ما كلمة مرور جديدة لحسابك في ${site}. إن كنت أنت، فاخترها هنا.`],
      action: { label: "اختيار كلمة مرور جديدة", url },
      after: [lasts(lifetimeSeconds), "إن لم تكن أنت فتجاهل هذه الرسالة: تبقى كلمة مرورك كما هي."],
    }),
    noPasswordHere: ({ signInUrl }) => ({
      subject: `حسابك في ${site} بلا كلمة مرور`,
      lines: [`طلب شخص ما كلمة مرور جديدة لحسابك في ${site}. ليس له كلمة مرور: أنت تسجّل الدخول إليه عبر خدمة أخرى.`],
      action: { label: "تسجيل الدخول", url: signInUrl },
      after: [ignore],
    }),
    passwordChanged: ({ resetUrl, providers, removed }) => ({
      subject: `تغيّرت كلمة مرورك في ${site}`,
      lines: [
        `تغيّرت الآن كلمة مرور حسابك في ${site}. إن كنت أنت، فلا حاجة إلى أي إجراء.`,
        ...(providers.length === 0
          ? []
          : [`يُفتح الحساب أيضًا عبر: ${providers.join("، ")}. افصل ما ليس لك في صفحة حسابك.`]),
        ...(removed.length === 0
          ? []
          : [
              `كان ${removed.join("، ")} يفتح الحساب قبل تأكيد هذا العنوان، ولم يعد يفتحه. ` +
                "اربطه من جديد في صفحة حسابك إن كان لك.",
            ]),
      ],
      action: { label: "لم أكن أنا: كلمة مرور جديدة", url: resetUrl },
    }),
    identityLinked: ({ provider, accountUrl }) => ({
      subject: `يمكن فتح حسابك في ${site} عبر ${provider}`,
      lines: [
        `رُبط حساب لدى ${provider} بحسابك في ${site}: من يسجّل الدخول إلى ذاك يدخل حسابك.`,
        "إن كنت أنت، فلا حاجة إلى أي إجراء.",
      ],
      action: { label: "لم أكن أنا: عرض الحساب", url: accountUrl },
      after: ["افصله هناك واختر كلمة مرور جديدة: من ربطه كان داخل حسابك."],
    }),
    identityUnlinked: ({ provider, accountUrl }) => ({
      subject: `لم يعد حسابك في ${site} يُفتح عبر ${provider}`,
      lines: [`فُصل حساب لدى ${provider} عن حسابك في ${site}. إن كنت أنت، فلا حاجة إلى أي إجراء.`],
      action: { label: "لم أكن أنا: عرض الحساب", url: accountUrl },
    }),
    identityRemovedByAdmin: ({ provider }) => ({
      subject: `لم يعد حسابك في ${site} يُفتح عبر ${provider}`,
      lines: [
        `فصل القائمون على ${site} حسابًا لدى ${provider} عن حسابك، وسُجّل خروج كل من دخل عبره.`,
        `إن لم تعد تستطيع تسجيل الدخول أو لم تكن تعلم بالأمر فراجع القائمين على ${site}.`,
      ],
    }),
    confirmNewAddress: ({ url, lifetimeSeconds, username }) => ({
      subject: `أكّد عنوانك الجديد في ${site}`,
      lines: [
        `يريد شخص ما استخدام هذا العنوان لحسابه في ${site}. إن كنت أنت، فأكّده.`,
        ...(username === null ? [] : [`اسم الحساب: ${username}`]),
      ],
      action: { label: "تأكيد العنوان الجديد", url },
      after: [lasts(lifetimeSeconds), "إن لم تكن أنت فلا تستخدم الرابط: وإلا حصل حساب شخص آخر على عنوانك."],
    }),
    addressChangeAsked: (wayBack) => ({
      subject: `طُلب عنوان آخر في ${site}`,
      lines: [`سيصبح لحسابك في ${site} عنوان بريد آخر بمجرد تأكيد ذلك العنوان.`, "إن كنت أنت، فلا حاجة إلى أي إجراء."],
      ...notMe(wayBack),
    }),
    addressChanged: (wayBack) => ({
      subject: `تغيّر عنوانك في ${site}`,
      lines: [
        `أصبح لحسابك في ${site} عنوان بريد آخر. هذه آخر رسالة إلى العنوان القديم.`,
        "إن كنت أنت، فلا حاجة إلى أي إجراء.",
      ],
      ...notMe(wayBack),
    }),
    addressMoved: ({ url, lifetimeSeconds, before, after }) => ({
      subject: `انتقل هذا العنوان إلى حساب آخر في ${site}`,
      lines: [
        `تم تأكيد هذا العنوان ${after === null ? "لحساب" : `للحساب ${after}`} في ${site}. ` +
          `كان حتى الآن ${before === null ? "لحساب آخر" : `للحساب ${before}`} دون أن يؤكده. يستمر ذلك الحساب من دون هذا العنوان.`,
        "إن كان ذلك صحيحًا، أو كنت لا تعرف الحساب الآخر، فلا حاجة إلى أي إجراء.",
        "إن كان الحساب الآخر لك ويجب أن يحتفظ بالعنوان: سجّل الدخول إليه أولًا، ثم افتح هذا الرابط في المتصفح نفسه.",
      ],
      action: { label: "إعادة العنوان", url },
      after: [lasts(lifetimeSeconds)],
    }),
    addressRemoved: () => ({
      subject: `أُزيل هذا العنوان من حساب في ${site}`,
      lines: [
        `كان حساب في ${site} قد غُيّر إلى هذا العنوان، وألغى صاحب العنوان السابق ذلك.`,
        "عاد الحساب إلى عنوانه السابق ولم يعد يستخدم هذا العنوان. سُجّل الخروج من جميع الأجهزة.",
      ],
    }),
    addressChangedByAdmin: (link) => ({
      subject: `تغيّر عنوانك في ${site}`,
      lines: [
        `غيّر المسؤولون عن ${site} عنوان بريد حسابك. هذه آخر رسالة إلى العنوان القديم.`,
        "إن كنت قد طلبت ذلك، فلا حاجة إلى أي إجراء.",
      ],
      ...(link === null ? { after: [`إن لم تكن على علم بذلك فتواصل مع المسؤولين عن ${site}.`] } : notMe(link)),
    }),
    addressRestored: ({ url, lifetimeSeconds }) => ({
      subject: `عاد هذا العنوان إلى حسابك في ${site}`,
      lines: ["أُلغي تغيير عنوانك. سُجّل الخروج من جميع الأجهزة، ولم تعد كلمة المرور تعمل.", "اختر كلمة مرور جديدة هنا."],
      action: { label: "اختيار كلمة مرور جديدة", url },
      after: [lasts(lifetimeSeconds)],
    }),
  };

  function notMe(wayBack: WayBack) {
    if (wayBack === null) {
      return { after: [`إن لم تكن أنت فأخبر القائمين على ${site}. وإن لم يكن لك حساب هناك فتجاهل هذه الرسالة.`] };
    }
    if (wayBack === "mailed-before") {
      return { after: ["إن لم تكن أنت فاستخدم الرابط في الرسالة التي أرسلناها إلى عنوانك السابق."] };
    }
    return {
      action: { label: "لم أكن أنا: إلغاء التغيير", url: wayBack.url },
      after: [
        `مدة صلاحية الرابط ${formatLifetime(wayBack.lifetimeSeconds, "ar")}. يعيد هذا العنوان ويسجّل الخروج من جميع الأجهزة.`,
      ],
    };
  }
}
