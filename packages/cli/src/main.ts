#!/usr/bin/env node
import { commands } from "./commands.ts";
import { runCommandLine } from "./run-command-line.ts";

// Not `process.exit`, which would cut off what is still being written to a pipe.
process.exitCode = await runCommandLine(commands, process.argv.slice(2), {
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  environment: process.env,
});
