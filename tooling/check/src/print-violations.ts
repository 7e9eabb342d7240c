import { join } from "node:path";

import { findViolations } from "./boundaries.ts";

const violations = findViolations(join(import.meta.dirname, "../../.."));
for (const line of violations) console.log(line);
if (violations.length > 0) process.exitCode = 1;
console.log(violations.length === 0 ? "All imports keep to the arrows." : `${violations.length} imports do not.`);
