import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/**
 * Expects that axe finds nothing on the page: WCAG 2.2 A and AA, and the practices axe recommends besides. The page is looked
 * at in the light theme, and its colours once more in the dark one, without being opened again.
 */
export async function expectAccessible(page: Page): Promise<void> {
  await expectNothing(page, "light", (axe) =>
    axe.withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]),
  );
  await expectNothing(page, "dark", (axe) => axe.withRules(["color-contrast", "link-in-text-block"]));
  await page.emulateMedia({ colorScheme: "light" });
}

async function expectNothing(
  page: Page,
  colorScheme: "light" | "dark",
  choose: (axe: AxeBuilder) => AxeBuilder,
): Promise<void> {
  await page.emulateMedia({ colorScheme });
  // On its way from one look to the other nothing has the colours of either.
  await page.evaluate(`Promise.allSettled(document.getAnimations()
    .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity).map(({ finished }) => finished))`);
  const axe = choose(new AxeBuilder({ page }).options({ resultTypes: ["violations"] }));
  // Else it opens a page of its own to gather what it found in frames, of which there are none.
  const { violations } = await axe.setLegacyMode(true).analyze();

  const found = violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map(({ html }) => html) }));
  expect(found, `axe on ${page.url()} (${colorScheme})`).toEqual([]);
}
