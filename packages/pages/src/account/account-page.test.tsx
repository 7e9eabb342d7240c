import { act, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { createFakeSession } from "../test/fake-session.ts";
import { show } from "../test/show.tsx";

import { AccountPage } from "./account-page.tsx";

test("the facts are those of the live snapshot: they change with it", () => {
  const session = createFakeSession();
  session.sessionList.show([]);
  session.signIn({ groups: ["editors"], isStaff: true });
  show(<AccountPage />, { session });
  expect(factsOf()).toMatchObject({
    Username: "ann",
    Email: "ann@example.comNot verified",
    Role: "Staff",
    Groups: "editors",
  });

  act(() => session.signIn({ version: 2, emailVerified: true, groups: ["editors", "writers"], firstName: "Ann" }));

  expect(factsOf()).toMatchObject({ Name: "Ann", Email: "ann@example.comVerified", Groups: "editors, writers" });
  expect(factsOf()).not.toHaveProperty("Role");
});

test("nothing is shown when the session ends under the page", () => {
  const session = createFakeSession();
  session.sessionList.show([]);
  session.signIn();
  const { container } = show(<AccountPage />, { session });

  act(() => session.signOut("expired"));

  expect(container.textContent).not.toContain("ann");
});

function factsOf(): Record<string, string> {
  const terms = [...document.querySelectorAll("dt")];
  return Object.fromEntries(terms.map((term) => [term.textContent, term.nextElementSibling?.textContent ?? ""]));
}

test("an app can add sections of its own", () => {
  const session = createFakeSession();
  session.sessionList.show([]);
  session.signIn();
  show(<AccountPage afterSections={<p>Your badge</p>} />, { session });

  expect(screen.getByText("Your badge")).toBeTruthy();
});
