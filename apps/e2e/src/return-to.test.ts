import { expect, type Page } from "@playwright/test";

import { test } from "@app/browser";

import { signInByForm, signOut } from "./session-actions.ts";

const unsafe = [
  "http://example.com",
  "http:///example.com",
  "https://example.com",
  "ftp://example.com",
  "\\\\example.com",
  "\\\\\\example.com",
  "/\\\\/example.com",
  "\\\\//example.com",
  "/\\/example.com",
  "\\/example.com",
  "/\\example.com",
  "http:/\\//example.com",
  "http:\\/example.com",
  "http:/\\example.com",
  'javascript:alert("XSS")',
  "\njavascript:alert(x)",
  "java\nscript:alert(x)",
  "\u0008//example.com",
  "http://otherserver\\@example.com",
  "http:\\\\testserver\\@example.com",
  "http://testserver\\me:pass@example.com",
  "http:\\\\testserver\\confirm\\me@example.com",
  "http:999999999",
  "ftp:9999999999",
  "\n",
  "http://[2001:cdba:0000:0000:0000:0000:3257:9652/",
  "//example.com",
  "///example.com",
  "////example.com",
  "data:text/html,<h1>evil</h1>",
  "/%5C/evil.com",
  "/%5Cevil.com",
  "/..%2F..%2Fevil.com",
  ".evil.com",
  "-evil.com",
  "@evil.com",
  `/${"a".repeat(2100)}`,
];

const safe = [
  "/view/?param=http://example.com",
  "/view?param=ftp://example.com",
  "/url%20with%20spaces/",
  "/path/http:2222222222",
  "/confirm?email=me@example.com",
  "/dashboard+page?test=123+456",
  "/account",
];

test("RED-01, RED-07: whoever is signed in is sent home from the sign-in page, not to an unsafe address", async ({
  newAccount,
  newDevice,
  server,
}) => {
  test.setTimeout(120_000);
  const page = await (await newDevice(await newAccount("ann"))).openWindow();
  const foreign = watchForeignRequests(page, server.url);

  for (const value of unsafe) {
    for (const next of [encodeURIComponent(value), encodeURIComponent(encodeURIComponent(value))]) {
      await page.goto(`/login?next=${next}`);
      await expect(page, `next=${next}`).toHaveURL(`${server.url}/notes`);
    }
  }
  await page.goto("/login?next=/account&next=/account");
  await expect(page).toHaveURL(`${server.url}/notes`);
  expect(foreign).toEqual([]);
});

test("RED-02: a path of this site is honoured with its query", async ({ newAccount, newDevice, server }) => {
  const page = await (await newDevice(await newAccount("ann"))).openWindow();

  for (const value of safe) {
    await page.goto(`/login?next=${encodeURIComponent(value)}`);
    await expect(page, value).toHaveURL(`${server.url}${value}`);
  }
});

test("RED-01, RED-02: the same holds after signing in and after registering", async ({
  newAccount,
  newDevice,
  server,
}) => {
  const ann = await newAccount("ann");
  const cases = [
    ["//example.com", "/notes"],
    ["javascript:alert(1)", "/notes"],
    ["/account", "/account"],
    ["/view?param=http://example.com", "/view?param=http://example.com"],
  ] as const;
  for (const [next, place] of cases) {
    const page = await (await newDevice()).openWindow(`/login?next=${encodeURIComponent(next)}`);
    await signInByForm(page, ann);
    await expect(page, next).toHaveURL(`${server.url}${place}`);
  }

  for (const [index, [next, place]] of cases.entries()) {
    const page = await (await newDevice()).openWindow(`/register?next=${encodeURIComponent(next)}`);
    await page.getByLabel("Username").fill(`${ann.username}-${index}`);
    await page.getByLabel("Password", { exact: true }).fill("a few random words");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page, next).toHaveURL(`${server.url}${place}`);
  }
});

test("RED-05: a page that needs signing in is where the visitor ends up, once, and Back does not lead to the form", async ({
  newAccount,
  newDevice,
  server,
}) => {
  const ann = await newAccount("ann");
  const page = await (await newDevice()).openWindow("/account");
  await expect(page).toHaveURL(`${server.url}/login?next=%2Faccount`);

  await signInByForm(page, ann);

  await expect(page.getByRole("heading", { name: "Account", exact: true })).toBeVisible();
  await page.goBack();
  await expect(page).not.toHaveURL(/login/);

  await page.goto("/account");
  await signOut(page);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await signInByForm(page, ann);
  await expect(page).toHaveURL(`${server.url}/notes`);
});

/** The addresses outside of the site that a page asks for from now on. */
function watchForeignRequests(page: Page, home: string): string[] {
  const seen: string[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== home) seen.push(request.url());
  });
  return seen;
}
