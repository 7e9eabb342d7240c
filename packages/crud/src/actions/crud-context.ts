import type { CoreTables } from "@countersign/db";
import type { SignedInContext } from "@countersign/rpc";

/** The context of a call, as the actions need it: of any app. */
export type CrudContext = SignedInContext<CoreTables, string>;
