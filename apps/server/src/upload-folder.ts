import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";

/**
 * Makes the folder that files are kept in, so that a server that cannot write there does not start.
 *
 * @throws with the variable to set.
 */
export async function prepareUploadFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `UPLOAD_FOLDER: files cannot be kept in "${folder}" (${why}). Name a folder that this user may write to.`,
      {
        cause: error,
      },
    );
  }
}
