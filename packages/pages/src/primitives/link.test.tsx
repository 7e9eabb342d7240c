import { createEvent, fireEvent, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { show } from "../test/show.tsx";

import { Link } from "./link.tsx";

test("a plain press is the router's", () => {
  const { navigate } = show(<Link to="/account">Account</Link>);

  const event = press({});

  expect(navigate).toHaveBeenCalledWith("/account");
  expect(event.defaultPrevented).toBe(true);
});

test.each([{ metaKey: true }, { ctrlKey: true }, { shiftKey: true }, { altKey: true }, { button: 1 }])(
  "a press with %o is the browser's: a new tab, a download",
  (how) => {
    const { navigate } = show(<Link to="/account">Account</Link>);

    const event = press(how);

    expect(navigate).not.toHaveBeenCalled();
    expect(event.defaultPrevented).toBe(false);
  },
);

function press(how: object) {
  const link = screen.getByRole("link");
  const event = createEvent.click(link, how);
  fireEvent(link, event);
  return event;
}
