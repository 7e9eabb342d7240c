import { afterEach, expect, test, vi } from "vitest";

import { isNarrowed, readListChoice, toTaskQuery } from "./list-query.ts";

afterEach(() => vi.useRealTimers());

test("what an address says of the list is asked of the server, and nothing else of it is", () => {
  vi.useFakeTimers({ now: new Date(2026, 4, 10, 12) });
  const choice = readListChoice({ search: " tea ", state: "doing", who: "me", due: "week", order: "due", task: "t1" });
  expect(toTaskQuery("p1", "u1", choice)).toEqual({
    search: " tea ",
    filter: {
      projectId: { eq: "p1" },
      state: { eq: "doing" },
      assigneeId: { eq: "u1" },
      dueAt: { gte: "2026-05-10T00:00:00.000Z", lt: "2026-05-17T00:00:00.000Z" },
    },
    order: { by: "dueAt", direction: "asc" },
  });
  expect(isNarrowed(choice)).toBe(true);
});

test("an address that says nothing, or nonsense, lists everything in the order of the board", () => {
  for (const address of [{}, { search: ["a", "b"], state: "gone", who: "eve", due: "", order: "id; DROP TABLE" }]) {
    const choice = readListChoice(address);
    expect(isNarrowed(choice)).toBe(false);
    expect(toTaskQuery("p1", "u1", choice)).toEqual({
      filter: { projectId: { eq: "p1" } },
      order: { by: "rank", direction: "asc" },
    });
  }
});

test("what is done is never late, whatever else is asked for", () => {
  const stateOf = (address: Record<string, string>) => toTaskQuery("p1", "u1", readListChoice(address)).filter.state;
  expect(stateOf({ due: "late" })).toEqual({ in: ["todo", "doing"] });
  expect(stateOf({ due: "late", state: "done" })).toEqual({ eq: "done", in: ["todo", "doing"] });
  expect(stateOf({ due: "week" })).toBeUndefined();
});

test("what is searched for is cut to what the server takes, and never inside a character", () => {
  const searched = (search: string) => readListChoice({ search }).search;
  expect(searched(`${"a".repeat(98)}🚢`)).toBe(`${"a".repeat(98)}🚢`);
  expect(searched(`${"a".repeat(99)}🚢`)).toBe("a".repeat(99));
  expect(searched("a".repeat(101))).toHaveLength(100);
});

test("what is late was due before today, and what is nobody's has no assignee", () => {
  vi.useFakeTimers({ now: new Date(2026, 4, 10, 12) });
  const { filter } = toTaskQuery("p1", "u1", readListChoice({ who: "nobody", due: "late" }));
  expect(filter).toMatchObject({ assigneeId: { isNull: true }, dueAt: { lt: "2026-05-10T00:00:00.000Z" } });
});
