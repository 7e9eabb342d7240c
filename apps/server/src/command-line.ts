#!/usr/bin/env node
import { commands, runCommandLine } from "@countersign/cli";

// What writes sources has none to write to beside a built server.
const offered = commands.filter(({ name }) => !name.startsWith("generate "));

// Not `process.exit`, which would cut off what is still being written to a pipe.
process.exitCode = await runCommandLine(offered, process.argv.slice(2), {
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  environment: process.env,
});
