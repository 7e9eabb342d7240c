import { expect, type Page } from "@playwright/test";

import { test } from "@app/browser";

import { writeNote } from "./note-actions.ts";

test("§12: flicker on load: a signed-in visitor never sees the sign-in page while the app loads, also when the server takes its time", async ({
  newAccount,
  newDevice,
}) => {
  const device = await newDevice(await newAccount("ann"));
  const page = await device.context.newPage();
  await delaySocket(page, 300);
  await recordHeadings(page);

  await page.goto("/notes");
  await writeNote(page, "Here");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Here" })).toBeVisible();

  expect(await seenHeadings(page)).toEqual(["Notes", "Here"]);
});

test("a stranger never sees a page of those who are signed in, also when the server takes its time", async ({
  newDevice,
}) => {
  const page = await (await newDevice()).context.newPage();
  await delaySocket(page, 300);
  await recordHeadings(page);

  await page.goto("/notes");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();

  expect(await seenHeadings(page)).toEqual(["Sign in"]);
});

test("a signed-in visitor who asks for the sign-in page never sees its form", async ({ newAccount, newDevice }) => {
  const device = await newDevice(await newAccount("ann"));
  const page = await device.context.newPage();
  await delaySocket(page, 300);
  await recordHeadings(page);

  await page.goto("/login");
  await expect(page.getByText("No notes yet")).toBeVisible();

  expect(await seenHeadings(page)).toEqual(["Notes"]);
});

/** Holds back what the server says over the socket, so that the time before it is known who is there can be seen. */
async function delaySocket(page: Page, milliseconds: number): Promise<void> {
  await page.routeWebSocket(/\/trpc/, (route) => {
    const server = route.connectToServer();
    server.onMessage((message) => void setTimeout(() => route.send(message), milliseconds));
  });
}

/** Notes every heading that is ever in the document, however short. */
async function recordHeadings(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen: string[] = [];
    const look = () => {
      for (const { textContent } of document.querySelectorAll("h1, h2")) {
        if (textContent && !seen.includes(textContent)) seen.push(textContent);
      }
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
    Object.assign(globalThis, { seenHeadings: seen });
  });
}

/** The headings seen since the page was loaded last. */
function seenHeadings(page: Page): Promise<string[]> {
  return page.evaluate(() => (globalThis as unknown as { seenHeadings: string[] }).seenHeadings);
}
