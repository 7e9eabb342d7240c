import { z } from "zod";

import { invalidFields } from "../../procedure/call-error.ts";

export const Id = z.uuid();
/** A text that both databases take. */
export const Text = z
  .string()
  .max(1024)
  .refine((text) => text.isWellFormed() && !text.includes("\0"), "Remove the character that cannot be read.");
export const Version = z.int().min(0);
export const Names = z.array(Text.min(1).max(130)).max(500);
export const Ids = z.array(Id).max(500);
export const ById = z.strictObject({ id: Id });
export const Flag = z.strictObject({ id: Id, value: z.boolean(), version: Version.optional() });

/** What all lists have in common: what is searched for, and a part of a page. */
export const Page = {
  search: Text.max(100, "Too long: at most 100 characters.").optional(),
  cursor: z.string().max(1024).optional(),
  limit: z.int().min(1).max(100).default(50),
};

/** A live list gets this from tRPC when its client resumes. */
export const Resume = { lastEventId: z.string().max(64).optional() };

/** The page, or what is wrong with the cursor it was asked for by. */
export async function readPage<Page extends object>(page: Promise<Page | null>): Promise<Page> {
  const read = await page;
  if (read === null) throw invalidFields({ cursor: ["This is no cursor of this list. Start at its first page."] });
  return read;
}
