import { definePermissions } from "@countersign/contract";

/** What this app's users may be allowed to do beyond working with their own notes. */
export const permissions = definePermissions(["notes.overview"]);
