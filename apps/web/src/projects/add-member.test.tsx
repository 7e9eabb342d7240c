import { QueryClient } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { expect, test } from "vitest";

import type { AppRouter } from "@app/api";

import { api, type Project } from "../api.ts";
import { PagesOfNobody } from "../test/pages-of-nobody.tsx";

import { AddMember } from "./add-member.tsx";
import { ProjectContext } from "./project-context.ts";

test("somebody who is a member already is named at the field, which has the focus, until another name is written", async () => {
  show({ code: "CONFLICT", reason: "TAKEN" });
  const field = screen.getByLabelText<HTMLInputElement>("Username");
  fireEvent.change(field, { target: { value: " bert " } });
  fireEvent.click(screen.getByRole("button", { name: "Add" }));

  await screen.findByText("bert is a member already.");
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(document.activeElement).toBe(field);
  expect(screen.queryByRole("alert")?.textContent ?? "").not.toContain("like this");

  fireEvent.change(field, { target: { value: "berta" } });
  expect(screen.queryByText(/is a member already/)).toBeNull();
  expect(field.getAttribute("aria-invalid")).toBeNull();
});

test("what else is refused is said above the form, and not of the name", async () => {
  show({ code: "TOO_MANY_REQUESTS", reason: "RATE_LIMITED", retryAfterSeconds: 60 });
  fireEvent.change(screen.getByLabelText("Username"), { target: { value: "bert" } });
  fireEvent.click(screen.getByRole("button", { name: "Add" }));

  await screen.findByRole("alert");
  expect(screen.queryByText(/is a member already/)).toBeNull();
});

/** Shows the form to a manager whose every attempt is refused so. */
function show(data: Record<string, unknown>) {
  const queries = new QueryClient();
  const refusing: TRPCLink<AppRouter> = () => () =>
    observable((observer) => {
      const error = { message: "There is one like this already.", code: -32_000, data };
      observer.error(TRPCClientError.from<AppRouter>({ error } as never));
    });
  const open = { project, members: [], userId: "ann", role: "manager", mayEdit: true, mayManage: true } as const;
  render(
    <api.Provider client={api.createClient({ links: [refusing] })} queryClient={queries}>
      <PagesOfNobody queries={queries}>
        <ProjectContext value={open}>
          <AddMember onAdded={() => {}} />
        </ProjectContext>
      </PagesOfNobody>
    </api.Provider>,
  );
}

const project: Project = {
  id: "p1",
  name: "Garden",
  description: "",
  version: 1,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
  $can: { update: true, remove: true },
};
