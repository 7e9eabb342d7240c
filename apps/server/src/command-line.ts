#!/usr/bin/env node
import { migrations, tables } from "@app/api";
import { commands, runCommandLine } from "@countersign/cli";

// What writes sources has none to write to beside a built server.
const offered = commands.filter(({ name }) => !name.startsWith("generate "));
const { stdin: input, stdout: output, stderr: errors, env: environment } = process;

// Not `process.exit`, which would cut off what is still being written to a pipe.
process.exitCode = await runCommandLine(
  offered,
  process.argv.slice(2),
  { input, output, errors, environment },
  { app: { tables, migrations } },
);
