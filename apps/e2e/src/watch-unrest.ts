import type { Page } from "@playwright/test";

/** What somebody who never looks away has seen on a page. */
export interface Unrest {
  /** Titles of pages, the sign-in page's among them. */
  readonly titles: readonly string[];
  /** Pills, toasts and alerts. */
  readonly said: readonly string[];
  /** Rows that were twice in one list. */
  readonly doubled: readonly string[];
  /** Of the rows that were there at the beginning, those that were gone for a moment or for good, in the order of the page. */
  readonly gone: readonly string[];
  /** How often something has lost the focus. */
  readonly lostFocus: number;
}

/**
 * Looks at the page with every change of it from now on, however short. Asking fails once the page was loaded again.
 *
 * @param staying the titles of the rows that nobody touches
 */
export async function watchUnrest(page: Page, staying: string): Promise<() => Promise<Unrest>> {
  await page.evaluate(
    ([allRows, stayingRows]) => {
      const seen = { titles: new Set<string>(), said: new Set<string>(), doubled: new Set<string>() };
      const gone = new Set<string>();
      let lostFocus = 0;
      const textOf = ({ textContent }: Element) => textContent.trim();
      const textsOf = (selector: string) => Array.from(document.querySelectorAll(selector), textOf).filter(Boolean);
      const first = textsOf(stayingRows);

      function look() {
        for (const title of textsOf("h1")) seen.titles.add(title);
        for (const text of textsOf(".cs-pill, .cs-toast, [role=alert]")) seen.said.add(text);
        const present = new Set(textsOf(stayingRows));
        for (const row of first) if (!present.has(row)) gone.add(row);
        const lists = Map.groupBy(document.querySelectorAll(allRows), (row) => row.closest("ul, ol"));
        for (const rows of lists.values()) {
          const texts = rows.map(textOf);
          for (const [index, text] of texts.entries()) if (texts.indexOf(text) !== index) seen.doubled.add(text);
        }
      }

      look();
      new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
      document.addEventListener("focusout", () => (lostFocus += 1));
      const readUnrest = () => ({
        titles: [...seen.titles],
        said: [...seen.said],
        doubled: [...seen.doubled],
        gone: [...gone],
        lostFocus,
      });
      Object.assign(globalThis, { readUnrest });
    },
    [rowTitles, staying] as const,
  );
  return () => page.evaluate(() => (globalThis as unknown as { readUnrest: () => Unrest }).readUnrest());
}

/** The titles of rows, on cards and in lists. */
export const rowTitles = "article h3, li h2";
