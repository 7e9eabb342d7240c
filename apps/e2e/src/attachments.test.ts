import { readFile } from "node:fs/promises";

import { expect, type JSHandle, type Page } from "@playwright/test";

import { type Device, expectAccessible, test } from "@app/browser";
import type { AppServer } from "@app/services";

import { call, makeProject, makeTasks, type Project } from "./project-actions.ts";

const atOnce = { timeout: 1000 };
const files = (page: Page) => page.getByRole("dialog").getByRole("region", { name: "Files" });
const fileCalled = (page: Page, name: string) => files(page).getByRole("listitem").filter({ hasText: name });

/** The pixel that there is in every browser test. */
const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** A project with one task; the address of its sheet. */
async function makeTask(device: Device, server: AppServer, project: Project): Promise<string> {
  await makeTasks(device, server, project, [["Moor", "todo"]]);
  const input = encodeURIComponent(JSON.stringify({ filter: { projectId: { eq: project.id } } }));
  const answer = await device.context.request.get(`${server.url}/trpc/task.list?input=${input}`);
  const { result } = (await answer.json()) as { result: { data: { rows: readonly { id: string }[] } } };
  return `${project.path}?task=${result.data.rows[0]?.id}`;
}

async function choose(page: Page, ...chosen: readonly { name: string; mimeType: string; buffer: Buffer }[]) {
  const opening = page.waitForEvent("filechooser");
  await files(page).getByRole("button", { name: "Add files" }).click();
  await (await opening).setFiles([...chosen]);
}

/** A file of so many bytes, to be dropped: made in the page, where it need not be sent to. */
function fileInPage(page: Page, name: string, bytes: number): Promise<JSHandle<DataTransfer>> {
  const make = ([called, size]: readonly [string, number]) => {
    const data = new DataTransfer();
    data.items.add(new File(["x".repeat(size)], called));
    return data;
  };
  return page.evaluateHandle(make, [name, bytes] as const);
}

test(
  "W6: a file that one member adds is on the other's screen at once, comes out as it went in, and goes from both",
  { tag: "@database" },
  async ({ server, newAccount, newDevice }) => {
    const [ann, vic, otto] = [await newAccount("ann"), await newAccount("vic"), await newAccount("otto")];
    const [anns, vics, ottos] = [await newDevice(ann), await newDevice(vic), await newDevice(otto)];
    const project = await makeProject(anns, server, [[vic, "viewer"]]);
    const address = await makeTask(anns, server, project);
    const [adder, viewer] = [await anns.openWindow(address), await vics.openWindow(address)];
    for (const page of [adder, viewer]) await expect(files(page).getByText("No files yet")).toBeVisible();
    await expect(files(viewer).getByRole("button", { name: "Add files" })).toHaveCount(0);

    const plan = { name: "plan “A” خطة.txt", mimeType: "text/html", buffer: Buffer.from("<b>north</b>") };
    await choose(adder, plan, { name: "pixel.png", mimeType: "image/png", buffer: pixel });
    await expect(fileCalled(viewer, plan.name)).toBeVisible(atOnce);
    await expect(fileCalled(viewer, "pixel.png").getByRole("presentation")).toBeVisible(atOnce);
    await expect(fileCalled(adder, plan.name)).toBeVisible();
    // What a browser makes of its bytes is what is left of a picture that was shown.
    const width = () =>
      fileCalled(viewer, "pixel.png")
        .locator("img")
        .evaluate((image) => (image as HTMLImageElement).naturalWidth);
    await expect.poll(width).toBe(1);
    await expectAccessible(adder);
    await expectAccessible(viewer);

    const downloading = viewer.waitForEvent("download");
    await files(viewer).getByRole("link", { name: plan.name }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe("plan “A” خطة.txt");
    expect(await readFile(await download.path(), "utf8")).toBe("<b>north</b>");

    const link = (await files(viewer).getByRole("link", { name: plan.name }).getAttribute("href")) ?? "";
    const asOutsider = await ottos.context.request.get(link);
    expect(asOutsider.status()).toBe(404);
    // Opened as a page it is text to be saved, and runs nothing.
    const asPage = await vics.context.request.get(link);
    expect(asPage.headers()).toMatchObject({
      "content-type": "text/plain; charset=utf-8",
      "content-security-policy": "default-src 'none'; sandbox",
      "cache-control": "private, no-store",
    });

    await files(adder)
      .getByRole("button", { name: `Delete “${plan.name}”` })
      .click();
    await files(adder).getByRole("button", { name: "Delete", exact: true }).click();
    await expect(fileCalled(viewer, plan.name)).toHaveCount(0, atOnce);
    await expect(files(adder).getByRole("heading", { name: "Files" })).toBeFocused();
    expect((await vics.context.request.get(link)).status()).toBe(404);
  },
);

test("W6: a file is dropped on the sheet, its progress is shown, and it can be taken back", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const anns = await newDevice(await newAccount("ann"));
  const address = await makeTask(anns, server, await makeProject(anns, server));
  const page = await anns.openWindow(address);
  await expect(files(page).getByText("No files yet")).toBeVisible();

  // Slow enough to be looked at.
  const network = await anns.context.newCDPSession(page);
  await network.send("Network.enable");
  const conditions = { offline: false, latency: 0, downloadThroughput: -1 };
  await network.send("Network.emulateNetworkConditions", { ...conditions, uploadThroughput: 200_000 });
  const dropped = await fileInPage(page, "large.txt", 2_000_000);
  await files(page).dispatchEvent("drop", { dataTransfer: dropped });

  const progress = files(page).getByRole("progressbar", { name: "Sending “large.txt”" });
  await expect(progress).toBeVisible();
  await expect.poll(() => progress.evaluate((bar) => (bar as HTMLProgressElement).value)).toBeGreaterThan(0);
  await files(page).getByRole("button", { name: "Cancel sending “large.txt”" }).click();
  await expect(files(page).getByText("No files yet")).toBeVisible();

  await network.send("Network.emulateNetworkConditions", { ...conditions, uploadThroughput: -1 });
  await files(page).dispatchEvent("drop", { dataTransfer: dropped });
  await expect(files(page).getByRole("link", { name: "large.txt" })).toBeVisible();
});

test("W6: what is not taken says why, in its place", async ({ server, newAccount, newDevice }) => {
  const anns = await newDevice(await newAccount("ann"));
  const address = await makeTask(anns, server, await makeProject(anns, server));
  const page = await anns.openWindow(address);
  anns.problems.allow(/413|415|400/);

  const huge = await fileInPage(page, "huge.txt", 25 * 1024 * 1024 + 1);
  await files(page).dispatchEvent("drop", { dataTransfer: huge });
  await expect(files(page).getByRole("alert")).toContainText(
    "“huge.txt” was not added. It is too large: at most 25 MB.",
  );
  // Nobody hears that what failed is on its way.
  await expect(files(page).getByRole("status")).toHaveText("0 files");
  await files(page).getByRole("button", { name: "Dismiss the message about “huge.txt”" }).click();

  await choose(page, { name: "photo.png", mimeType: "image/png", buffer: Buffer.from("4d5a900003000000", "hex") });
  await expect(files(page).getByRole("alert")).toContainText("Files of this kind are not taken.");
  await files(page).getByRole("button", { name: "Dismiss the message about “photo.png”" }).click();

  await choose(page, { name: "empty.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) });
  await expect(files(page).getByRole("alert")).toContainText("“empty.txt” was not added. It is empty.");
  await expectAccessible(page);
});

test("W6, R4: who is made a viewer, or removed, in the middle of sending adds nothing", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const [ann, bob] = [await newAccount("ann"), await newAccount("bob")];
  const [anns, bobs] = [await newDevice(ann), await newDevice(bob)];
  const project = await makeProject(anns, server, [[bob, "editor"]]);
  const page = await bobs.openWindow(await makeTask(anns, server, project));
  bobs.problems.allow(/403|404|Failed to load resource/);
  await expect(files(page).getByText("No files yet")).toBeVisible();
  const network = await bobs.context.newCDPSession(page);
  await network.send("Network.enable");
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 200_000 };
  await network.send("Network.emulateNetworkConditions", slow);
  await choose(page, { name: "large.txt", mimeType: "text/plain", buffer: Buffer.alloc(4_000_000, "x") });
  await expect(files(page).getByRole("progressbar")).toBeVisible();

  const input = encodeURIComponent(
    JSON.stringify({ filter: { projectId: { eq: project.id }, role: { eq: "editor" } } }),
  );
  const answer = await anns.context.request.get(`${server.url}/trpc/member.list?input=${input}`);
  const { result } = (await answer.json()) as {
    result: { data: { rows: readonly { id: string; version: number }[] } };
  };
  const [member] = result.data.rows;
  await call(anns.context, server, "member.update", { id: member?.id, version: member?.version, role: "viewer" });

  await expect(files(page).getByRole("alert")).toContainText("“large.txt” was not added.", { timeout: 5000 });
  await expect(files(page).getByRole("button", { name: "Add files" })).toHaveCount(0);
  await expect(files(page).getByRole("link")).toHaveCount(0);
});
