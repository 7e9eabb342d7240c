import type { ServerExit } from "@app/services";

import type { HistoryEvent } from "../history.ts";

/** What one frame that came to a client showed, whatever kind of frame it was. */
export interface Sight {
  /** Milliseconds since the run began. */
  readonly t: number;
  readonly client: string;
  readonly session: number;
  /** Which live list it belongs to, across reconnects; null for answers. */
  readonly subscription: string | null;
  /** The rows in it, in order. */
  readonly rows: readonly { readonly id: string; readonly version: number }[];
  /** Every payload and every id that stands anywhere in its text. */
  readonly tokens: readonly string[];
}

export interface FinalRow {
  readonly id: string;
  readonly version: number;
  /** What it holds now. */
  readonly title: string;
  /** What it was created with: no change touches it. */
  readonly body: string;
  readonly isRemoved: boolean;
}

export interface FinalMember {
  readonly id: string;
  readonly project: string;
  readonly client: string;
  readonly version: number;
}

export interface FinalOrder {
  readonly id: string;
  readonly label: string;
  readonly version: number;
  /** What the order says of itself. */
  readonly lineCount: number;
  readonly total: number;
  /** What there is. */
  readonly lines: number;
  readonly amount: number;
  readonly events: readonly string[];
}

/** The database when all is over, read past the servers. */
export interface FinalState {
  readonly notes: readonly (FinalRow & { readonly client: string })[];
  readonly items: readonly (FinalRow & { readonly project: string })[];
  readonly members: readonly FinalMember[];
  readonly orders: readonly FinalOrder[];
  /** Lines and events whose order is not there. */
  readonly orphans: readonly string[];
  /** What the database's own checks complain of. */
  readonly faults: readonly string[];
}

/** What a client's open list showed when all was over. */
export interface FinalView {
  readonly client: string;
  readonly subscription: string;
  readonly list: "notes" | "items";
  readonly rows: readonly { readonly id: string; readonly version: number; readonly title: string }[];
}

/** An end of a server's process. */
export interface Exit extends ServerExit {
  readonly server: string;
}

/** All that a run leaves behind. */
export interface Evidence {
  readonly history: readonly HistoryEvent[];
  readonly sights: readonly Sight[];
  readonly final: FinalState;
  readonly views: readonly FinalView[];
  readonly exits: readonly Exit[];
  /** Answers that were neither a success nor a clean refusal: the server's defects, whatever had happened. */
  readonly defects: readonly string[];
}

/** Something that must not be, with what shows it. */
export interface Violation {
  /** As in `I1`. */
  readonly rule: string;
  readonly what: string;
  readonly shownBy: readonly unknown[];
}
