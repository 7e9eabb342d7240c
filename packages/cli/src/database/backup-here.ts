import { resolve } from "node:path";

import { backupDatabase } from "@countersign/db";

import type { Answer } from "../command.ts";
import { countOf } from "../report/count-of.ts";

import { orUnavailable } from "./or-unavailable.ts";

/** @throws Failure when there is no SQLite database, a file is in the way, or the copy is not whole */
export async function backupHere(url: string, to: string): Promise<Answer> {
  const file = resolve(to);
  const { bytes, users, leftOut } = await orUnavailable(backupDatabase(url, file));
  return {
    text: `${file} is a whole copy with ${countOf(users, "account")}, ${Math.ceil(bytes / 1024)} KiB. Nobody is signed in, in it.\nFiles of users are in UPLOAD_FOLDER: back it up now, after the database.`,
    json: { file, bytes, users, leftOut },
  };
}
