import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { Action, Command, Memory, Message, Observation, Request, SidePlan, Usage } from "./side.ts";

export interface StartOptions {
  /** The file to run instead of the sources: see `buildSide`. */
  readonly entry?: string;
  /** Besides those all sides run with. */
  readonly nodeOptions?: readonly string[];
  /** Where the process leaves a CPU profile when it ends. */
  readonly profileFolder?: string | undefined;
}

/** A server in a process of its own. Leaving the block ends it; so does the end of this process, in whatever way. */
export interface SideProcess extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  readUsage(): Promise<Usage>;
  /** Needs the Node option `--expose-gc`. */
  readMemory(): Promise<Memory>;
  act(action: Action): Promise<number>;
  /** Of sides that observe themselves. */
  observe(): Promise<Observation>;
}

/** @throws when the server ends before it listens */
export async function startSide(plan: SidePlan, options: StartOptions = {}): Promise<SideProcess> {
  const { entry = fileURLToPath(new URL("./run-side.ts", import.meta.url)), nodeOptions = [], profileFolder } = options;
  const profile = profileFolder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`];
  const child = fork(entry, [JSON.stringify(plan)], {
    execArgv: ["--disable-warning=ExperimentalWarning", ...nodeOptions, ...profile],
    env: { ...process.env, NODE_ENV: "production" },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const channel = new Channel(child, plan.name);
  const port = await channel.listening;
  const { pid } = child;
  if (pid === undefined) throw new Error("A process that listens has a pid.");

  return {
    pid,
    port,
    // The casts: the other side of the channel answers each question with its own type (listen-to-commands.ts).
    readUsage: () => channel.ask({ ask: "usage" }) as Promise<Usage>,
    readMemory: () => channel.ask({ ask: "memory" }) as Promise<Memory>,
    act: (action) => channel.ask({ ask: "act", action }) as Promise<number>,
    observe: () => channel.ask({ ask: "observation" }) as Promise<Observation>,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, "exit");
      child.disconnect();
      const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
      await exit;
      clearTimeout(timer);
    },
  };
}

/** Questions and answers over the channel of a forked process. */
class Channel {
  readonly listening: Promise<number>;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  constructor(child: ChildProcess, name: string) {
    this.#child = child;
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.listening = promise;
    child.on("message", (message: Message) => {
      if (message.kind === "listening") resolve(message.port);
      else this.#settle(message);
    });
    child.once("exit", (code, signal) => {
      const error = new Error(`The side "${name}" ended (${signal ?? code}) while it was needed.`);
      reject(error);
      for (const { reject: refuse } of this.#waiting.values()) refuse(error);
      this.#waiting.clear();
    });
  }

  ask(command: Command): Promise<unknown> {
    const waiting = Promise.withResolvers<unknown>();
    const request: Request = { id: ++this.#lastId, command };
    this.#waiting.set(request.id, waiting);
    this.#child.send(request);
    return waiting.promise;
  }

  #settle(message: Exclude<Message, { readonly kind: "listening" }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === "answer") waiting?.resolve(message.value);
    else waiting?.reject(new Error(message.message));
  }
}
