import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";

import { NumberInput } from "./number-input.tsx";

test("a number is written letter by letter, whatever it is on the way", () => {
  const values = show(4);

  for (const text of ["", "-", "-5", "1.", "1.50"]) {
    fireEvent.change(screen.getByRole("textbox"), { target: { value: text } });
    expect(screen.getByRole<HTMLInputElement>("textbox").value).toBe(text);
  }
  expect(values).toEqual([null, Number.NaN, -5, 1, 1.5]);
});

test("a number that changes from outside takes the place of what was written, and nothing is an empty field", () => {
  show(4);
  fireEvent.change(screen.getByRole("textbox"), { target: { value: "x" } });

  fireEvent.click(screen.getByRole("button", { name: "7" }));
  expect(screen.getByRole<HTMLInputElement>("textbox").value).toBe("7");
  fireEvent.click(screen.getByRole("button", { name: "none" }));
  expect(screen.getByRole<HTMLInputElement>("textbox").value).toBe("");
});

function show(first: number): (number | null)[] {
  const values: (number | null)[] = [];
  function Page() {
    const [value, setValue] = useState<number | null>(first);
    const write = (next: number | null) => {
      values.push(next);
      setValue(next);
    };
    return (
      <>
        <NumberInput value={value} onChange={write} />
        <button onClick={() => setValue(7)}>7</button>
        <button onClick={() => setValue(null)}>none</button>
      </>
    );
  }
  render(<Page />);
  return values;
}
