import type { Settings } from "@countersign/contract";

import type { EnvironmentFault } from "./environment-fault.ts";

/** What is compared. */
export type ComparedVariables = Settings & { readonly PORT: number; readonly METRICS_PORT?: number | undefined };

interface Contradiction {
  /** The one to change. It is wrong only when somebody wrote it: a default gives way to what is written. */
  readonly variable: keyof ComparedVariables;
  readonly other: keyof ComparedVariables;
  isBroken(values: ComparedVariables): boolean;
  readonly message: string;
}

/** Variables that are right by themselves and not together. Those that could not be read are left out. */
export function findContradictions(
  values: ComparedVariables,
  written: ReadonlySet<string>,
  unsound: ReadonlySet<string>,
): readonly EnvironmentFault[] {
  return contradictions
    .filter(({ variable, other }) => written.has(variable) && !unsound.has(variable) && !unsound.has(other))
    .filter((each) => each.isBroken(values))
    .map(({ variable, message }) => ({ variable, message }));
}

const contradictions: readonly Contradiction[] = [
  {
    variable: "SESSION_IDLE_SECONDS",
    other: "SESSION_ABSOLUTE_SECONDS",
    isBroken: (each) => each.SESSION_IDLE_SECONDS > each.SESSION_ABSOLUTE_SECONDS,
    message: "SESSION_ABSOLUTE_SECONDS ends the session before. Write at most that, or raise it.",
  },
  {
    variable: "SESSION_FRESH_SECONDS",
    other: "SESSION_ABSOLUTE_SECONDS",
    isBroken: (each) => each.SESSION_FRESH_SECONDS >= each.SESSION_ABSOLUTE_SECONDS,
    message: "Every session would count as fresh, up to its end. Write less than SESSION_ABSOLUTE_SECONDS.",
  },
  {
    variable: "EXTERNAL_POLL_MS",
    other: "LEASE_SECONDS",
    isBroken: (each) => each.EXTERNAL_POLL_MS > each.LEASE_SECONDS * 1000,
    message: "The lease would read everything again before. Write at most LEASE_SECONDS times 1000.",
  },
  {
    variable: "PONG_SECONDS",
    other: "PING_SECONDS",
    isBroken: (each) => each.PONG_SECONDS > each.PING_SECONDS,
    message:
      "A socket that is gone would be kept for longer after its ping than before it. Write at most PING_SECONDS.",
  },
  {
    variable: "UPGRADE_SECONDS",
    other: "REQUEST_SECONDS",
    isBroken: (each) => each.UPGRADE_SECONDS > each.REQUEST_SECONDS,
    message: "The head is a part of the request. Write at most REQUEST_SECONDS.",
  },
  {
    variable: "MAX_CONNECTIONS_PER_SESSION",
    other: "MAX_CONNECTIONS_PER_USER",
    isBroken: (each) => each.MAX_CONNECTIONS_PER_SESSION > each.MAX_CONNECTIONS_PER_USER,
    message: "A session is one of its user's. Write at most MAX_CONNECTIONS_PER_USER, or raise it.",
  },
  {
    variable: "CALLS_BURST",
    other: "CALLS_PER_SECOND",
    isBroken: (each) => each.CALLS_BURST < each.CALLS_PER_SECOND,
    message: "Nobody could make CALLS_PER_SECOND calls in a second. Write at least that.",
  },
  {
    variable: "MAX_UPLOAD_BYTES",
    other: "UPLOAD_BYTES_PER_USER",
    isBroken: (each) => each.MAX_UPLOAD_BYTES > each.UPLOAD_BYTES_PER_USER,
    message: "Nobody would have room for such a file. Write at most UPLOAD_BYTES_PER_USER, or raise it.",
  },
  {
    variable: "MAX_UPLOAD_BYTES",
    other: "UPLOAD_BYTES_PER_PROJECT",
    isBroken: (each) => each.MAX_UPLOAD_BYTES > each.UPLOAD_BYTES_PER_PROJECT,
    message: "No project would have room for such a file. Write at most UPLOAD_BYTES_PER_PROJECT, or raise it.",
  },
  {
    // Both could be opened, on ::1 and on 127.0.0.1: a proxy would serve the figures instead of the site.
    variable: "METRICS_PORT",
    other: "PORT",
    isBroken: (each) => each.PORT !== 0 && each.METRICS_PORT === each.PORT,
    message: "It is the app's own PORT. Write another one, or leave it out and set METRICS_TOKEN to have them there.",
  },
];
