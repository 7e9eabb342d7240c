import { fireEvent, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { show } from "../test/show.tsx";

import { Menu } from "./menu.tsx";

test("the button opens and closes the list and says which", () => {
  showMenu();
  expect(trigger().getAttribute("aria-expanded")).toBe("false");
  expect(screen.queryByText("Choose")).toBeNull();

  fireEvent.click(trigger());
  expect(trigger().getAttribute("aria-expanded")).toBe("true");

  fireEvent.click(trigger());
  expect(screen.queryByText("Choose")).toBeNull();
});

test("Escape closes it and the focus goes back to the button", () => {
  showMenu();
  fireEvent.click(trigger());
  screen.getByText("Choose").focus();

  fireEvent.keyDown(document, { key: "Escape" });

  expect(screen.queryByText("Choose")).toBeNull();
  expect(trigger()).toBe(document.activeElement);
});

test("a choice does its work and closes it; a press on what is no choice does not", () => {
  const choose = showMenu();
  fireEvent.click(trigger());

  fireEvent.click(screen.getByText("Signed in as ann"));
  expect(screen.getByText("Choose")).toBeTruthy();

  fireEvent.click(screen.getByText("Choose"));
  expect(choose).toHaveBeenCalledTimes(1);
  expect(screen.queryByText("Choose")).toBeNull();
});

test.each(["pointerDown", "focusIn"] as const)("%s outside closes it", (event) => {
  showMenu();
  fireEvent.click(trigger());
  fireEvent[event](screen.getByText("Choose"));
  expect(screen.getByText("Choose")).toBeTruthy();

  fireEvent[event](screen.getByText("Elsewhere"));

  expect(screen.queryByText("Choose")).toBeNull();
});

function showMenu() {
  const choose = vi.fn<() => void>();
  show(
    <>
      <Menu label="Account menu" trigger="Menu">
        <p>Signed in as ann</p>
        <button type="button" className="cs-menu__item" onClick={choose}>
          Choose
        </button>
      </Menu>
      <button type="button">Elsewhere</button>
    </>,
  );
  return choose;
}

function trigger() {
  return screen.getByRole("button", { name: "Account menu" });
}
