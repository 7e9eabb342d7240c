import type { Benchmark } from "./benchmark.ts";

/** Every benchmark, by its name on the command line. Each is loaded when it is asked for. */
export const benchmarks: readonly Benchmark[] = [
  {
    name: "calls",
    about: "what a call costs, from the bare socket to a session checked on every call",
    run: async (options) => (await import("./calls/bench-calls.ts")).benchCalls(options),
  },
  {
    name: "revoke",
    about: "how long access that was taken away goes on being served, by one server or by --replicas 3",
    run: async ({ replicas, ...options }) =>
      replicas === undefined
        ? (await import("./revoke/bench-revoke.ts")).benchRevoke(options)
        : (await import("./revoke/bench-replicas.ts")).benchReplicas({ ...options, replicas }),
  },
  {
    name: "push",
    about: "what it costs to show a change to many sockets, and how long the last one waits",
    run: async (options) => (await import("./push/bench-push.ts")).benchPush(options),
  },
  {
    name: "crud",
    about: "what a row costs through the router of rows, against the same procedures by hand",
    run: async (options) => (await import("./crud/bench-crud.ts")).benchCrud(options),
  },
  {
    name: "live",
    about: "what it costs to keep a thousand lists right while their rows change",
    run: async (options) => (await import("./live/bench-live.ts")).benchLive(options),
  },
  {
    name: "memory",
    about: "what an idle connection keeps of the server's memory",
    run: async (options) => (await import("./memory/bench-memory.ts")).benchMemory(options),
  },
  {
    name: "login-flood",
    about: "what others wait while 200 people sign in at once",
    run: async (options) => (await import("./flood/bench-login-flood.ts")).benchLoginFlood(options),
  },
  {
    name: "message-flood",
    about: "what others wait while one user sends ten times what is allowed",
    run: async (options) => (await import("./flood/bench-message-flood.ts")).benchMessageFlood(options),
  },
  {
    name: "timing",
    about: "whether an answer, or the time it takes, tells which accounts there are",
    run: async (options) => (await import("./timing/bench-timing.ts")).benchTiming(options),
  },
];
