import { QueryClient } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { PagesOfNobody } from "../test/pages-of-nobody.tsx";

import { Sheet } from "./sheet.tsx";

test("a sheet that goes closes its dialog while that is in the document: only then does the browser give the focus back", () => {
  const close = vi.spyOn(HTMLDialogElement.prototype, "close");
  const wasInDocument: boolean[] = [];
  close.mockImplementation(function noteWhere(this: HTMLDialogElement) {
    wasInDocument.push(this.isConnected);
  });
  const shown = render(
    <PagesOfNobody queries={new QueryClient()}>
      <Sheet title="Moor" onClose={() => {}}>
        words
      </Sheet>
    </PagesOfNobody>,
  );
  const dialog = document.querySelector("dialog");
  expect(dialog?.open).toBe(true);

  shown.unmount();

  expect(wasInDocument).toEqual([true]);
  close.mockRestore();
});
