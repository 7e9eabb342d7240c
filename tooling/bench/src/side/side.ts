import type { Settings } from "@countersign/contract";

/** A server that is measured, by the name of what it is made of. */
export type SideName = "raw" | "trpc" | "lucia" | "countersign" | "replica" | "rows";

/** What a server is started with. It travels to another process, so it is plain data. */
export interface SidePlan {
  readonly name: SideName;
  /** Sides that keep sessions read them here; it is there and filled already. */
  readonly databaseUrl?: string;
  /** Something is written all the while, so often. */
  readonly commitsPerSecond?: number;
  /** Beside those all measurements are made with. */
  readonly settings?: Partial<Settings>;
  /** Callers are meant to be refused: what the log says of it is not shown. */
  readonly isFlooded?: boolean;
  /** How it tells other replicas. */
  readonly bus?: ReplicaBus;
  /** Mails are added to this file, a line of JSON each, instead of being sent. */
  readonly mailFile?: string;
  /** People come by it as well. */
  readonly provider?: SignInProvider;
}

/** An identity provider, as an app is told of it. */
export interface SignInProvider {
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
}

export interface ReplicaBus {
  readonly kind: "none" | "postgres" | "redis";
  readonly url: string;
}

/** Something only the server itself can do, at the moment it is told to. */
export type Action =
  /** Sends these data to everyone who watches. */
  | { readonly kind: "broadcast"; readonly data: unknown }
  /** Sends this text as it is to everyone who watches. */
  | { readonly kind: "send-text"; readonly text: string }
  /** Changes the user, so that the user's snapshot is pushed. */
  | { readonly kind: "change-user"; readonly userId: string; readonly firstName: string }
  /** Switches the user off, which ends all the user's sessions. */
  | { readonly kind: "deactivate"; readonly userId: string }
  /** Does nothing else for so long: shows that a benchmark would notice a server that cannot keep up. */
  | { readonly kind: "stall"; readonly ms: number }
  /** When the end of this session was committed. */
  | { readonly kind: "when-ended"; readonly sessionId: string }
  /** When a change of this user or session was committed by this replica: told just after it. */
  | { readonly kind: "when-told"; readonly id: string };

/** A server under way. */
export interface Side {
  readonly port: number;
  /** Returns when the action took effect, by `monotonicMs`: for a change, just after its commit. */
  act(action: Action): Promise<number>;
  /** What only the server can know of what it did; of sides that are asked for it. */
  observe?(): Observation;
}

/** What a server did since it was last asked. */
export interface Observation {
  /** When rows that are watched were changed, by `monotonicMs`: one for each commit. */
  readonly commitsAt: readonly number[];
  /** Statements that were read with, outside of transactions, but for those below. */
  readonly reads: number;
  /** Statements that sessions and rights were read with. */
  readonly sessionReads: number;
}

/** How much the process has used so far, and when that was. */
export interface Usage {
  readonly cpuMicroseconds: number;
  /** By `monotonicMs`. */
  readonly at: number;
}

/** After a full collection. */
export interface Memory {
  readonly rssBytes: number;
  readonly heapBytes: number;
}

/** What is asked over the channel between the processes, and what is answered. */
export type Command =
  | { readonly ask: "usage" }
  | { readonly ask: "memory" }
  | { readonly ask: "observation" }
  | { readonly ask: "act"; readonly action: Action };

export interface Request {
  readonly id: number;
  readonly command: Command;
}

export type Message =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failure"; readonly id: number; readonly message: string };
