import { act, render } from "@testing-library/react";
import { expect, test } from "vitest";

import { SessionProvider, type Uploads, useUploads } from "./index.ts";
import { createFakeSession } from "./test/fake-session.ts";

test("a file on its way is shown with how much of it is sent, also by a component that comes later, until it is taken", async () => {
  const session = createFakeSession();
  const taken = Promise.withResolvers<object>();
  const calls: unknown[][] = [];
  let progress: ((told: { sent: number; total: number }) => void) | undefined;
  Object.assign(session.client, {
    uploadFile(path: string, input: object, file: File, options: { onProgress: typeof progress }) {
      calls.push([path, input, file.name]);
      progress = options.onProgress;
      return taken.promise;
    },
  });
  let seen: Uploads | null = null;
  function Files() {
    seen = useUploads("attachment.upload", { taskId: "1" });
    return null;
  }
  const show = () =>
    render(
      <SessionProvider client={session.client}>
        <Files />
      </SessionProvider>,
    );

  const first = show();
  act(() => seen?.add([new File(["the plan"], "plan.txt")]));
  expect(calls).toEqual([["attachment.upload", { taskId: "1", name: "plan.txt" }, "plan.txt"]]);
  expect(seen).toMatchObject({ uploads: [{ name: "plan.txt", size: 8, sent: 0, status: "sending" }] });
  first.unmount();

  show();
  act(() => progress?.({ sent: 5, total: 8 }));
  expect(seen).toMatchObject({ uploads: [{ sent: 5, status: "sending" }] });
  await act(async () => taken.resolve({}));
  expect(seen).toMatchObject({ uploads: [] });
});
