import { expect, type Page } from "@playwright/test";

import { expectAccessible, test } from "@app/browser";

import { signInByForm } from "./session-actions.ts";

const withinASecond = { timeout: 1000 };

test(
  "W4: a language chosen on one device is on the other at once, from right to left, and is still there after a reload",
  { tag: "@database" },
  async ({ newAccount, newDevice }) => {
    const [ann, bob] = [await newAccount("ann"), await newAccount("bob")];
    const [laptop, phone] = [await newDevice(ann), await newDevice(ann)];
    const [onLaptop, onPhone] = [await laptop.openWindow("/account"), await phone.openWindow("/notes")];
    const bobs = await (await newDevice(bob)).openWindow("/notes");
    await expect(onPhone.getByRole("heading", { name: "Notes" })).toBeVisible();
    await expect(bobs.getByRole("heading", { name: "Notes" })).toBeVisible();

    await onLaptop.getByRole("combobox", { name: "Show pages and mails in" }).selectOption("ar");

    await expect(onLaptop.getByRole("heading", { level: 1, name: "الحساب" })).toBeVisible();
    await expect(onPhone.getByRole("heading", { level: 1, name: "الملاحظات" })).toBeVisible(withinASecond);
    expect(await documentOf(onPhone)).toEqual({ lang: "ar", dir: "rtl" });
    await expectAccessible(onLaptop);
    // It is Ann's choice, and nobody else's.
    expect(await documentOf(bobs)).toEqual({ lang: "en", dir: "ltr" });

    await onPhone.reload();
    await expect(onPhone.getByRole("heading", { level: 1, name: "الملاحظات" })).toBeVisible();
    await onLaptop.getByRole("combobox", { name: "عرض الصفحات والرسائل باللغة" }).selectOption("en");
    await expect(onPhone.getByRole("heading", { level: 1, name: "Notes" })).toBeVisible(withinASecond);
    expect(await documentOf(onPhone)).toEqual({ lang: "en", dir: "ltr" });
  },
);

test("W4: a visitor reads what the browser asks for, may choose another, and finds it again; refusals are in it too", async ({
  newAccount,
  newDevice,
}) => {
  const ann = await newAccount("ann");
  const device = await newDevice(null, { locale: "ar-EG" });
  device.problems.allow(/400/);
  const page = await device.openWindow("/register");
  expect(await documentOf(page)).toEqual({ lang: "ar", dir: "rtl" });
  await page.getByLabel("اسم المستخدم").fill(ann.username);
  await page.getByLabel("كلمة المرور", { exact: true }).fill("a few random words");
  await page.getByRole("button", { name: "إنشاء الحساب" }).click();
  await expect(page.getByText("اسم المستخدم هذا مأخوذ.")).toBeVisible();

  await page.getByLabel("اللغة").selectOption("en");
  await expect(page.getByRole("heading", { name: "Create your account" })).toBeVisible();
  await page.goto("/login");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await signInByForm(page, ann);
  await expect(page.getByRole("heading", { name: "Notes" })).toBeVisible();
  // What is kept in the browser says which language, and of nobody.
  expect(await page.evaluate(() => JSON.stringify(localStorage))).toBe('{"countersign.language":"en"}');
});

async function documentOf(page: Page) {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  return page.evaluate(() => ({ lang: document.documentElement.lang, dir: document.documentElement.dir }));
}
