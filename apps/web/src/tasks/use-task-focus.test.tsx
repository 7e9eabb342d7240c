import { act, render } from "@testing-library/react";
import { useEffect } from "react";
import { expect, test } from "vitest";

import { useTaskFocus } from "./use-task-focus.ts";

const kept: { focus: (taskId: string) => void } = { focus: () => {} };

function Page({ ids }: { readonly ids: readonly string[] }) {
  const keepFocus = useTaskFocus("link");
  useEffect(() => void (kept.focus = keepFocus), [keepFocus]);
  return (
    <>
      <h1 tabIndex={-1}>Harbour</h1>
      {ids.map((id) => (
        <article key={id} data-task={id}>
          <a href={`#${id}`}>{id}</a>
        </article>
      ))}
    </>
  );
}

const nextFrame = () => act(() => new Promise(requestAnimationFrame));
const focused = () => document.activeElement?.textContent;

test("a task whose list is still loading has the focus once it is there, and the page's heading until then", async () => {
  const { rerender } = render(<Page ids={[]} />);
  kept.focus("moor");
  await nextFrame();
  expect(focused()).toBe("Harbour");

  rerender(<Page ids={["sail"]} />);
  expect(focused()).toBe("Harbour");
  rerender(<Page ids={["sail", "moor"]} />);
  expect(focused()).toBe("moor");
});

test("whoever has gone on meanwhile is not taken back", async () => {
  const { rerender, getByRole } = render(<Page ids={["sail"]} />);
  kept.focus("moor");
  await nextFrame();
  expect(focused()).toBe("Harbour");

  getByRole("link", { name: "sail" }).focus();
  rerender(<Page ids={["sail", "moor"]} />);
  expect(focused()).toBe("sail");
});

test("a task that goes leaves the focus to its neighbour", async () => {
  const { rerender, getByRole } = render(<Page ids={["sail", "moor", "land"]} />);
  getByRole("link", { name: "moor" }).focus();
  kept.focus("moor");
  rerender(<Page ids={["sail", "land"]} />);
  expect(focused()).toBe("land");
});
