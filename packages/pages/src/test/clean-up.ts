import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

afterEach(() => {
  cleanup();
  // Where a test brings no page of its own there is none.
  globalThis.history?.replaceState(null, "");
});
