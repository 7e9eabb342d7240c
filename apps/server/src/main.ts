import { exitCodeOf } from "./exit-code.ts";
import { runServer } from "./server.ts";

try {
  await runServer();
  // Nothing is left to do: whatever still holds on to the process is not waited for.
  process.exit(0);
} catch (error) {
  // What stops a start is the operator's to mend: the message says what, a stack would only hide it.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(exitCodeOf(error));
}
