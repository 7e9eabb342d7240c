import { expect, test } from "vitest";

import { composeMail } from "./compose-mail.ts";
import { createConsoleMailer } from "./console-mailer.ts";
import { findMailTexts, type MailBody, type MailTexts, showableName } from "./mail-texts.ts";

const url = "https://app.example.com/verify-email#token=abc&x=<y>";
const link = { url, lifetimeSeconds: 5400 };
const site = `Tom & "Jerry" <b>`;

test.each(["en", "ar"])("every mail is there in %s: a subject, a text, and the link where it has one", (locale) => {
  const texts = findMailTexts(locale, site);
  for (const [name, body] of Object.entries(allBodies(texts))) {
    const mail = composeMail("ann@example.com", texts, body);
    expect(mail.subject, name).toContain(site);
    expect(body.lines.length, name).toBeGreaterThan(0);
    expect(
      [...body.lines, ...(body.after ?? [])].every((line) => line.length > 10),
      name,
    ).toBe(true);
    expect(mail.text.includes(`\n${url}\n`), name).toBe((body.action ?? body.actions) !== undefined);
    expect(JSON.stringify(mail), name).not.toContain("undefined");
  }
});

test("no mail in Arabic has a line of English in it", () => {
  const english = Object.values(allBodies(findMailTexts("en", site))).flatMap(({ lines, after = [] }) => [
    ...lines,
    ...after,
  ]);
  const arabic = Object.values(allBodies(findMailTexts("ar", site))).flatMap(({ lines, after = [] }) => [
    ...lines,
    ...after,
  ]);

  expect(arabic).toHaveLength(english.length);
  expect(arabic.filter((line) => english.includes(line) || !/\p{Script=Arabic}/u.test(line))).toEqual([]);
});

test("HTML names its language and direction, and what is put into it stays text", () => {
  const texts = findMailTexts("ar-EG", site);
  const { html } = composeMail("ann@example.com", texts, texts.confirmAddress({ ...link, username: "ann" }));

  expect(html).toContain('<html lang="ar" dir="rtl">');
  expect(html).toContain('href="https://app.example.com/verify-email#token=abc&amp;x=&lt;y&gt;"');
  expect(html).toContain("Tom &amp; &quot;Jerry&quot; &lt;b&gt;");
  expect(html).not.toContain("<b>");
  // Nothing is fetched when the mail is opened: whoever reads it is not told of.
  expect(html).not.toMatch(/<(?:img|link|script|iframe)|url\(/);
});

test("the reader's language is chosen by its tag; what there is none of is English", () => {
  const chosen = ["ar", "AR-eg", "en-GB", "de", "", null, "constructor", "__proto__"].map(
    (locale) => findMailTexts(locale, site).language,
  );
  expect(chosen).toEqual(["ar", "ar", "en", "en", "en", "en", "en", "en"]);
});

test("how long a link works is told in the largest unit that is exact", () => {
  const lasts = (lifetimeSeconds: number) =>
    findMailTexts("en", site).resetPassword({ url, lifetimeSeconds }).after?.[0] ?? "";
  expect([3600, 86_400, 5400, 90].map(lasts)).toEqual([
    expect.stringContaining("for 1 hour."),
    expect.stringContaining("for 1 day."),
    expect.stringContaining("for 90 minutes."),
    expect.stringContaining("for 90 seconds."),
  ]);
});

test("whose account it is stands in the mail, unless the name would be read as something else", () => {
  const texts = findMailTexts("en", "Example");
  expect(texts.confirmAddress({ ...link, username: "ann" }).lines.join("\n")).toContain("The account is called ann.");
  expect(texts.confirmAddress({ ...link, username: null }).lines.join("\n")).not.toContain("called");
  expect(texts.confirmNewAddress({ ...link, username: "ann" }).lines.join("\n")).toContain(
    "The account is called ann.",
  );
  expect(texts.confirmNewAddress({ ...link, username: null }).lines.join("\n")).not.toContain("called");

  const plain = ["ann", "Ann_Lee-3", "آنا", "Иван", "Άννα", "花子", "민수"];
  expect(plain.map(showableName)).toEqual(plain);
  const lookalikes = ["anna\u3164", "\u3164", "\u0430nna", "\u0430", "сосо", "\u0391\u039d\u039d\u0391", "аnnа", "ρ"];
  expect(lookalikes.map(showableName)).toEqual(lookalikes.map(() => null));
  const others = ["evil.example", "https://evil.example", "You have won", "<b>", "a\u202eb", "x".repeat(33)];
  expect(others.map(showableName)).toEqual(others.map(() => null));
});

test("a line break in the name of the site stays out of the subject", () => {
  const texts = findMailTexts("en", "A\r\nBcc: bob@example.com");
  expect(composeMail("ann@example.com", texts, texts.resetPassword(link)).subject).not.toMatch(/[\r\n]/);
});

test("the console shows who it is to, and the link", async () => {
  const written: string[] = [];
  const texts = findMailTexts("en", "Example");
  const mail = composeMail("ann@example.com", texts, texts.resetPassword(link));

  await createConsoleMailer((text) => written.push(text)).send(mail);

  expect(written.join("")).toContain("Mail to ann@example.com: A new password for Example");
  expect(written.join("")).toContain(url);
});

function allBodies(texts: MailTexts): Record<string, MailBody> {
  return {
    confirmAddress: texts.confirmAddress({ ...link, username: "ann" }),
    confirmAddressOfOne: texts.confirmAddressOfOne({
      links: [
        { username: "ann", url },
        { username: null, url },
      ],
      lifetimeSeconds: link.lifetimeSeconds,
    }),
    addressInUse: texts.addressInUse({ signInUrl: url }),
    resetPassword: texts.resetPassword(link),
    noPasswordHere: texts.noPasswordHere({ signInUrl: url }),
    passwordChanged: texts.passwordChanged({ resetUrl: url, providers: [], removed: [] }),
    passwordChangedBesideProviders: texts.passwordChanged({ resetUrl: url, providers: ["Acme"], removed: ["Beta"] }),
    identityLinked: texts.identityLinked({ provider: "Acme", accountUrl: url }),
    identityUnlinked: texts.identityUnlinked({ provider: "Acme", accountUrl: url }),
    identityRemovedByAdmin: texts.identityRemovedByAdmin({ provider: "Acme" }),
    confirmNewAddress: texts.confirmNewAddress({ ...link, username: "ann" }),
    addressChangeAsked: texts.addressChangeAsked(link),
    addressChanged: texts.addressChanged("mailed-before"),
    addressChangedForNobody: texts.addressChanged(null),
    addressMoved: texts.addressMoved({ ...link, before: "ann", after: null }),
    addressRemoved: texts.addressRemoved(),
    addressChangedByAdmin: texts.addressChangedByAdmin(null),
    addressRestored: texts.addressRestored(link),
  } satisfies Record<
    Exclude<keyof MailTexts, "direction" | "language"> | "addressChangedForNobody" | "passwordChangedBesideProviders",
    MailBody
  >;
}
