import { z } from "zod";

import { FileAnswer, FileName, fitFileName, IdempotencyKey, notFound, takeFile } from "@countersign/rpc";

import { procedureWith } from "../procedures.ts";

import { addAttachment, admitAttachment } from "./add-attachment.ts";
import { attachmentRows } from "./rows.ts";

/** Takes a file for a task: `POST /files/attachment.upload`. Who may, and whether there is room, `admitAttachment` says. */
export const upload = procedureWith({ transport: "file" })
  .input(z.strictObject({ taskId: z.uuid(), name: FileName, key: IdempotencyKey.optional() }))
  .mutation(({ ctx, input }) =>
    takeFile(ctx, "attachment.upload", input, {
      admit: (tx) => admitAttachment({ ctx, tx }, input.taskId),
      keep: (tx, { key: storageKey, kind, bytes: size, digest }) => {
        const name = fitFileName(input.name, kind);
        return addAttachment({ ctx, tx }, { taskId: input.taskId, name, type: kind.type, size, digest, storageKey });
      },
      again: ({ id }, db) => attachmentRows.showAgain({ ctx, db }, id),
    }),
  );

/** Gives the file to whoever may see the attachment: `GET /files/attachment.download`. */
export const download = procedureWith({ transport: "file" })
  .input(z.strictObject({ id: z.uuid() }))
  .query(async ({ ctx, input }) => {
    const attachment = await attachmentRows.find(ctx, input.id);
    if (attachment === null) throw notFound();
    const { storageKey: key, name, type, size: bytes } = attachment;
    return new FileAnswer({ key, name, type, bytes });
  });
