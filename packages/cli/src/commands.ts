import type { Command } from "./command.ts";
import { audit } from "./commands/audit.ts";
import { dbBackup } from "./commands/db-backup.ts";
import { dbCopy } from "./commands/db-copy.ts";
import { dbMigrate } from "./commands/db-migrate.ts";
import { doctor } from "./commands/doctor.ts";
import { generateCrud } from "./commands/generate-crud.ts";
import { sessionsList } from "./commands/sessions-list.ts";
import { sessionsPrune } from "./commands/sessions-prune.ts";
import { sessionsRevoke } from "./commands/sessions-revoke.ts";
import { userActivate, userDeactivate } from "./commands/user-active.ts";
import { userCreate } from "./commands/user-create.ts";
import { userIdentities } from "./commands/user-identities.ts";
import { userList } from "./commands/user-list.ts";
import { userDemote, userPromote } from "./commands/user-rank.ts";
import { userSetPassword } from "./commands/user-set-password.ts";

/** All commands, in the order the help lists them. A new one is added here. */
export const commands: readonly Command[] = [
  userCreate,
  userList,
  userPromote,
  userDemote,
  userDeactivate,
  userActivate,
  userSetPassword,
  userIdentities,
  sessionsList,
  sessionsRevoke,
  sessionsPrune,
  dbMigrate,
  dbCopy,
  audit,
  doctor,
  dbBackup,
  generateCrud,
];
