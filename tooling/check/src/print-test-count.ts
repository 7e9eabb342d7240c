import { join } from "node:path";

import { countTests } from "./count-tests.ts";

const { passed, failed, skipped, complaints } = countTests(join(import.meta.dirname, "../../.."));
for (const complaint of complaints) console.log(complaint);
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
