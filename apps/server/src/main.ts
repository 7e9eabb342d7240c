import { runServer } from "./server.ts";

try {
  await runServer();
} catch (error) {
  // What stops a start is the operator's to mend: the message says what, a stack would only hide it.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
