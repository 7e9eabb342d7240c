import { capitalise } from "./names.ts";
import { type CrudPlan, titleOf } from "./plan-crud.ts";
import { labelOf } from "./texts-source.ts";

/** Two windows and a second user in a browser: `src/<names>.test.ts` of the browser tests. */
export function sceneSource(plan: CrudPlan): string {
  const { names, removedAt } = plan;
  const label = labelOf(titleOf(plan).name);
  const list = capitalise(names.manyWords);
  // The only fields that a new row is not begun with.
  const numbers = plan.fields
    .filter(({ kind, isOptional }) => kind === "number" && !isOptional)
    .map(({ name }) => `  await one.getByLabel("${labelOf(name)}", { exact: true }).fill("1");\n`)
    .join("");
  return `import { expect } from "@playwright/test";

import { test } from "@app/browser";

test("${names.words}: written in one window it is in the other, changed and deleted there too, and never at a second user's", async ({
  newAccount,
  newDevice,
}) => {
  const laptop = await newDevice(await newAccount("ann"));
  const [one, other] = [await laptop.openWindow("/${names.files}"), await laptop.openWindow("/${names.files}")];
  const bobs = await (await newDevice(await newAccount("bob"))).openWindow("/${names.files}");
  for (const page of [one, other, bobs]) await expect(page.getByText("No ${names.manyWords} yet")).toBeVisible();

  await one.getByRole("button", { name: "New ${names.words}" }).click();
  await one.getByLabel("${label}", { exact: true }).fill("First");
${numbers}  await one.getByRole("button", { name: "Save" }).click();
  for (const page of [one, other]) await expect(page.getByRole("heading", { name: "First" })).toBeVisible();

  await other.getByRole("button", { name: "Edit “First”" }).click();
  await other.getByLabel("${label}", { exact: true }).fill("Second");
  await other.getByRole("button", { name: "Save" }).click();
  await expect(one.getByRole("heading", { name: "Second" })).toBeVisible();
  await expect(one.getByRole("heading", { name: "First" })).toHaveCount(0);

  // What is being written in one that goes is not lost.
  await other.getByRole("button", { name: "Edit “Second”" }).click();
  await other.getByLabel("${label}", { exact: true }).fill("Third");
  await one.getByRole("button", { name: "${removedAt ? "Move “Second” to the bin" : "Delete “Second”"}" }).click();
  await one.getByRole("button", { name: "${removedAt ? "Move to the bin" : "Delete"}", exact: true }).click();
  await expect(other.getByText("What you wrote is still here.")).toBeVisible();
  await other.getByRole("button", { name: "Save as a new ${names.words}" }).click();
  for (const page of [one, other]) await expect(page.getByRole("heading", { name: "Third" })).toBeVisible();
  await expect(one.getByRole("heading", { name: "Second" })).toHaveCount(0);

  await one.getByRole("button", { name: "${removedAt ? "Move “Third” to the bin" : "Delete “Third”"}" }).click();
  await one.getByRole("button", { name: "${removedAt ? "Move to the bin" : "Delete"}", exact: true }).click();
  for (const page of [one, other]) await expect(page.getByRole("list", { name: "${list}" })).toHaveCount(0);
${removedAt ? binScene(plan) : ""}  await expect(bobs.getByText("No ${names.manyWords} yet")).toBeVisible();
});
`;
}

/** Out of the bin again, and then out of it for good. */
function binScene({ names }: CrudPlan): string {
  return `
  await one.getByRole("link", { name: "Bin" }).click();
  await one.getByRole("button", { name: "Restore “Third”" }).click();
  await expect(one.getByRole("button", { name: "Restore “Third”" })).toHaveCount(0);
  await other.getByRole("button", { name: "Move “Third” to the bin" }).click();
  await other.getByRole("button", { name: "Move to the bin", exact: true }).click();
  await expect(one.getByRole("button", { name: "Restore “Third”" })).toBeVisible();
  await one.getByRole("button", { name: "Empty the bin" }).click();
  await one.getByRole("button", { name: "Delete for good", exact: true }).click();
  await expect(one.getByText("2 ${names.manyWords} were deleted for good.")).toBeVisible();
  await expect(one.getByText("The bin is empty")).toBeVisible();
`;
}
