import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { useRef, useState } from "react";
import { expect, test } from "vitest";

import { useLeaving } from "./use-leaving.ts";

function News() {
  const place = useRef<HTMLElement>(null);
  const [isShown, setIsShown] = useState(true);
  useLeaving(place, isShown ? () => setIsShown(false) : null);
  return (
    <>
      <section ref={place}>
        <button type="button">here</button>
        {isShown && "It is saved."}
      </section>
      <button type="button">elsewhere</button>
    </>
  );
}

const isShown = () => screen.queryByText("It is saved.", { exact: false }) !== null;

test("the focus goes elsewhere by the keyboard, and not within the place", () => {
  render(<News />);
  fireEvent.focusIn(screen.getByRole("button", { name: "here" }));
  expect(isShown()).toBe(true);
  fireEvent.focusIn(screen.getByRole("button", { name: "elsewhere" }));
  expect(isShown()).toBe(false);
});

test("what is pressed elsewhere stays in its place until it is clicked: nothing above it goes before", async () => {
  render(<News />);
  const elsewhere = screen.getByRole("button", { name: "elsewhere" });
  fireEvent.pointerDown(elsewhere);
  fireEvent.focusIn(elsewhere);
  fireEvent.pointerUp(elsewhere);
  expect(isShown()).toBe(true);
  fireEvent.click(elsewhere);
  await waitFor(() => expect(isShown()).toBe(false));
});

test("a press that ends where the focus is leaves it at that", async () => {
  render(<News />);
  const here = screen.getByRole("button", { name: "here" });
  for (const press of [fireEvent.pointerDown, fireEvent.focusIn, fireEvent.pointerUp]) press(here);
  await new Promise((resolve) => void setTimeout(resolve, 5));
  expect(isShown()).toBe(true);
});
