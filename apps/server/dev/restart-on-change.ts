import { type ChildProcess, spawn } from "node:child_process";

import { sourceFolders } from "./source-folders.ts";
import { watchFolders } from "./watch-folders.ts";

// Runs a program, and anew whenever its sources or those of a workspace package below it change:
//   node dev/restart-on-change.ts src/main.ts
// `main.ts` beside it is how it is started.
// `node --watch` watches files, and loses one that is replaced: by an editor that renames, or by `git checkout`.

const [, , ...program] = process.argv;
/** How long the program may take to stop before it is made to. */
const stopMs = 5000;
/** Ends the program when this process is gone without having told it. */
const endWithParent = "data:text/javascript,process.once('disconnect',()=>process.exit(1));process.channel.unref()";

let child: ChildProcess | null = null;
let isChanged = false;
let isAsked = false;

const stopWatching = watchFolders(sourceFolders(process.cwd()), () => {
  isChanged = true;
  if (child === null) return run();
  // Once: a second signal means in a hurry.
  if (!isAsked) stop("SIGTERM");
});

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => leave(signal));
run();

function run(): void {
  isChanged = false;
  isAsked = false;
  // In a session of its own: a Ctrl-C reaches it through this process, and so exactly once.
  const started = spawn(process.execPath, ["--import", endWithParent, ...program], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    detached: true,
  });
  child = started;
  started.once("exit", (code, signal) => {
    child = null;
    if (isChanged) return run();
    process.stdout.write(`The server has ended (${signal ?? code}). It starts again with the next change.\n`);
  });
}

function stop(signal: NodeJS.Signals): void {
  isAsked = true;
  const stopping = child;
  stopping?.kill(signal);
  setTimeout(() => stopping?.kill("SIGKILL"), stopMs).unref();
}

function leave(signal: NodeJS.Signals): void {
  stopWatching();
  if (child === null) process.exit(0);
  child.removeAllListeners("exit").once("exit", () => process.exit(0));
  child.kill(signal);
}
