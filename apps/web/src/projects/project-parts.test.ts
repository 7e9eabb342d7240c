import { expect, test } from "vitest";

import { partAt } from "./project-parts.ts";

test.each([
  ["/projects/p1", "board"],
  ["/projects/p1/", "board"],
  ["/projects/p1/list", "list"],
  ["/projects/p1/bin/", "bin"],
  ["/projects/p1/elsewhere", null],
])("%s is %s", (pathname, part) => expect(partAt(pathname, "p1")).toBe(part));
