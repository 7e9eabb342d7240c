import { afterEach } from "vitest";

const write = console.error;
const unexpected: string[] = [];

/**
 * What a program says on `console.error` is a defect until a test expects it. A test that does replaces it:
 * `vi.spyOn(console, "error").mockImplementation(() => {})`.
 */
console.error = (...values: unknown[]) => {
  unexpected.push(values.map(String).join(" "));
  write(...values);
};

afterEach(() => {
  const lines = unexpected.splice(0);
  if (lines.length === 0) return;
  throw new Error(`console.error was not expected. Mend its cause, or expect it with vi.spyOn:\n${lines.join("\n")}`);
});
