import { QueryClient } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { TRPCClientError } from "@trpc/client";
import type { ReactNode } from "react";
import { expect, test, vi } from "vitest";

import type { ChangeOutcome, Upload } from "@countersign/client";

import type { Attachment } from "../../api.ts";
import { ProjectContext } from "../../projects/project-context.ts";
import { PagesOfNobody } from "../../test/pages-of-nobody.tsx";

import { AttachmentRow } from "./attachment-row.tsx";
import { DropZone } from "./drop-zone.tsx";
import { UploadRow } from "./upload-row.tsx";

const attachment: Attachment = {
  id: "a1",
  projectId: "p1",
  taskId: "t1",
  name: "plan & <b>.txt",
  type: "text/plain",
  size: 1536,
  uploadedBy: "u1",
  version: 1,
  createdAt: "2026-01-01T00:00:00.000Z",
  $can: { update: false, remove: true },
};
const upload: Upload = { id: "u", name: "map.png", size: 2048, sent: 1024, status: "sending", error: null };

function show(children: ReactNode) {
  const project = { id: "p1", name: "ship", description: "", version: 1, createdAt: "", updatedAt: "" };
  const open = {
    project: { ...project, $can: { update: true, remove: true } },
    members: [],
    userId: "u1",
    role: null,
    mayEdit: true,
    mayManage: false,
  };
  return render(
    <PagesOfNobody queries={new QueryClient()}>
      <ProjectContext value={open}>
        <ul>{children}</ul>
      </ProjectContext>
    </PagesOfNobody>,
  );
}

function failedWith(data: object): Upload {
  return { ...upload, status: "failed", error: refused(data) };
}

function refused(data: object): Error {
  return TRPCClientError.from({ error: { message: "No.", code: -32603, data } } as never);
}

test("a file's name is a link that downloads it under this name", () => {
  show(
    <AttachmentRow
      attachment={attachment}
      onRemove={vi.fn<() => Promise<ChangeOutcome<Attachment>>>()}
      onRemoved={() => {}}
    />,
  );
  const link = screen.getByRole("link", { name: "plan & <b>.txt" });
  expect(link.getAttribute("href")).toBe("http://localhost/files/attachment.download?input=%7B%22id%22%3A%22a1%22%7D");
  expect(link.getAttribute("download")).toBe("plan & <b>.txt");
  expect(screen.getByText("1.5 kB")).toBeTruthy();
});

test("a small picture is shown, a large one and whatever is no picture are not", () => {
  const onRemove = vi.fn<() => Promise<ChangeOutcome<Attachment>>>();
  const sizes = [512 * 1024, 512 * 1024 + 1];
  for (const size of sizes) {
    show(
      <AttachmentRow
        attachment={{ ...attachment, type: "image/png", size }}
        onRemove={onRemove}
        onRemoved={() => {}}
      />,
    );
  }
  show(<AttachmentRow attachment={attachment} onRemove={onRemove} onRemoved={() => {}} />);
  const pictures = [...document.querySelectorAll("img")];
  expect(pictures).toHaveLength(1);
  expect(pictures[0]?.getAttribute("src")).toMatch(/&inline$/);
});

test("deleting a file asks by its name, and says in place when it was refused", async () => {
  const onRemove = vi
    .fn<() => Promise<ChangeOutcome<Attachment>>>()
    .mockResolvedValue({ status: "refused", error: refused({ code: "FORBIDDEN" }) });
  show(<AttachmentRow attachment={attachment} onRemove={onRemove} onRemoved={() => {}} />);

  fireEvent.click(screen.getByRole("button", { name: "Delete “plan & <b>.txt”" }));
  expect(onRemove).not.toHaveBeenCalled();
  const question = screen.getByRole("group", { name: "Delete “plan & <b>.txt” for everybody?" });
  fireEvent.click(question.querySelector("button:last-of-type") ?? question);

  await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("“plan & <b>.txt” was not deleted."));
});

test("who may not delete it is offered no button", () => {
  const own = { ...attachment, $can: { update: false, remove: false } };
  show(
    <AttachmentRow
      attachment={own}
      onRemove={vi.fn<() => Promise<ChangeOutcome<Attachment>>>()}
      onRemoved={() => {}}
    />,
  );
  expect(screen.queryByRole("button")).toBeNull();
});

test("a file on its way tells how much of it is sent, and can be taken back", () => {
  const onCancel = vi.fn<() => void>();
  show(<UploadRow upload={upload} onCancel={onCancel} onRetry={() => {}} />);
  const progress = screen.getByRole("progressbar", { name: "Sending “map.png”" });
  expect([progress.getAttribute("value"), progress.getAttribute("max")]).toEqual(["1024", "2048"]);
  fireEvent.click(screen.getByRole("button", { name: "Cancel sending “map.png”" }));
  expect(onCancel).toHaveBeenCalledOnce();
});

test.each([
  [{ code: "PAYLOAD_TOO_LARGE", reason: "FILE_TOO_LARGE", details: { mostBytes: 26_214_400 } }, /at most 25 MB/],
  [{ code: "UNSUPPORTED_MEDIA_TYPE", reason: "FILE_TYPE_REFUSED" }, /this kind are not taken/],
  [{ code: "BAD_REQUEST", reason: "INVALID_FIELDS", fields: { file: ["The file is empty."] } }, /It is empty/],
])("a file that is not taken as it is says why (%o), and is not offered to be sent again", (data, why) => {
  const onCancel = vi.fn<() => void>();
  show(<UploadRow upload={failedWith(data)} onCancel={onCancel} onRetry={() => {}} />);
  expect(screen.getByRole("alert").textContent).toMatch(why);
  expect(screen.queryByRole("button", { name: /^Try again/ })).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Dismiss the message about “map.png”" }));
  expect(onCancel).toHaveBeenCalledOnce();
});

test.each([
  [{ code: "FORBIDDEN", reason: "QUOTA_REACHED" }, /no room left/],
  [{ code: "TIMEOUT" }, /did not arrive in time/],
  [{ code: "SERVICE_UNAVAILABLE", reason: "UNAVAILABLE" }, /./],
])("one that could be taken another time (%o) can be sent again", (data, why) => {
  const onRetry = vi.fn<() => void>();
  show(<UploadRow upload={failedWith(data)} onCancel={() => {}} onRetry={onRetry} />);
  expect(screen.getByRole("alert").textContent).toMatch(/^“map.png” was not added\./);
  expect(screen.getByRole("alert").textContent).toMatch(why);
  fireEvent.click(screen.getByRole("button", { name: "Try again to send “map.png”" }));
  expect(onRetry).toHaveBeenCalledOnce();
});

test("files are taken where they are dropped, but no folders; text that is dragged over is none of ours", () => {
  const taken: string[] = [];
  show(
    <DropZone label="Files" isOpen onFiles={(files) => taken.push(...files.map(({ name }) => name))}>
      {null}
    </DropZone>,
  );
  const zone = screen.getByRole("region", { name: "Files" });
  const item = (name: string, isDirectory: boolean) => ({
    kind: "file",
    getAsFile: () => new File(["x"], name),
    webkitGetAsEntry: () => ({ isDirectory }),
  });
  const dataTransfer = { types: ["Files"], items: [item("a.txt", false), item("folder", true)], dropEffect: "" };

  // False: the browser's own answer to it, which is to open the file, was prevented.
  expect(fireEvent.dragOver(zone, { dataTransfer })).toBe(false);
  expect(fireEvent.drop(zone, { dataTransfer })).toBe(false);
  expect(taken).toEqual(["a.txt"]);
  expect(fireEvent.drop(zone, { dataTransfer: { types: ["text/plain"], items: [] } })).toBe(true);
});

test("who may add nothing is offered nothing, and a file that is dropped is not opened in place of the page", () => {
  const onFiles = vi.fn<() => void>();
  show(
    <DropZone label="Files" isOpen={false} onFiles={onFiles}>
      {null}
    </DropZone>,
  );
  expect(screen.queryByRole("button")).toBeNull();
  const zone = screen.getByRole("region", { name: "Files" });
  expect(fireEvent.drop(zone, { dataTransfer: { types: ["Files"], items: [] } })).toBe(false);
  expect(onFiles).not.toHaveBeenCalled();
});
