import { safeReturnTo } from "./return-to.ts";
import { z } from "./z.ts";

const NoticeKind = z.enum(["info", "success", "warning", "error"]);
export type NoticeKind = z.infer<typeof NoticeKind>;

/** A short message for the person, shown in passing: its text, or the key of one in the page's own catalogue. */
export const Notice = z
  .strictObject({
    kind: NoticeKind.default("info"),
    text: z.string().min(1).max(500).optional(),
    key: z.string().min(1).max(64).optional(),
    /** What the page puts into the text of the key. */
    values: z.record(z.string().max(64), z.union([z.string().max(200), z.number(), z.boolean()])).optional(),
    /** Where it leads, as a path of this site. */
    href: z
      .string()
      .refine((href) => safeReturnTo(href, "") !== "", "This is no path of this site.")
      .optional(),
  })
  .refine(({ text, key }) => (text === undefined) !== (key === undefined), "Give either a text or a key.");
export type Notice = z.infer<typeof Notice>;

/** A notice on its way to a user's windows. */
export const Notification = z.object({ id: z.string(), createdAt: z.iso.datetime(), notice: Notice });
export type Notification = z.infer<typeof Notification>;
