import { describeDatabases } from "@app/services/databases";

import { notes, permissions, procedures, tasks } from "../test/routers.ts";
import { noteSuite, taskSuite } from "../test/suites.ts";
import { migrations } from "../test/tables.ts";
import { describeCrud } from "../vitest.ts";

const router = procedures.router({ note: notes, task: tasks });
const common = { migrations: [migrations], permissions };

describeDatabases((dialect) => {
  const database = () => dialect.create();
  describeCrud({ ...noteSuite(router, "note"), ...common, database });
  describeCrud({ ...taskSuite(router, "task"), ...common, database });
});
