import { act } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";

import { show } from "../test/show.tsx";

import { PageTitle, useWindowTitle } from "./page-title.tsx";

test("what is opened over a page names the window until it is closed, also when the page's own name changes meanwhile", () => {
  const become = showPage();
  expect(document.title).toBe("Garden · Depot");
  become("Garden", "Roses");
  expect(document.title).toBe("Roses · Depot");
  become("Orchard", "Roses");
  expect(document.title).toBe("Roses · Depot");
  become("Orchard", "Red roses");
  expect(document.title).toBe("Red roses · Depot");
  become("Orchard", null);
  expect(document.title).toBe("Orchard · Depot");
});

test("a page that goes leaves its name until the next one comes", () => {
  const become = showPage();
  become(null, null);
  expect(document.title).toBe("Garden · Depot");
  become("Orchard", null);
  expect(document.title).toBe("Orchard · Depot");
});

/** Shows a page, which becomes another by what it gives. */
function showPage() {
  const setters: ((names: readonly [page: string | null, sheet: string | null]) => void)[] = [];

  function Page() {
    const [[page, sheet], setNames] = useState<readonly [string | null, string | null]>(["Garden", null]);
    setters.push(setNames);
    return (
      <>
        {page !== null && <PageTitle>{page}</PageTitle>}
        {sheet !== null && <Sheet title={sheet} />}
      </>
    );
  }

  show(<Page />, { brand: { name: "Depot" } });
  return (page: string | null, sheet: string | null) => act(() => setters.at(-1)?.([page, sheet]));
}

function Sheet({ title }: { readonly title: string }) {
  useWindowTitle(title);
  return null;
}
