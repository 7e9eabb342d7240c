import { applyFrame, type LiveListFrame } from "@countersign/contract";

import type { FinalView } from "../checker/evidence.ts";

import type { ShownRow } from "./read-sight.ts";

/** A live list as its client holds it, over all reconnects of one session. */
export class LiveView {
  /** As in `items#2`: the list, and which session it belongs to. */
  readonly name: string;
  readonly list: FinalView["list"];
  rows: readonly ShownRow[] = [];
  lastEventId: string | null = null;

  constructor(list: FinalView["list"], session: number) {
    this.list = list;
    this.name = `${list}#${session}`;
  }

  get path(): string {
    return this.list === "notes" ? "note.live" : "item.live";
  }

  apply(eventId: string, frame: LiveListFrame<ShownRow>): void {
    this.rows = applyFrame(this.rows, frame);
    this.lastEventId = eventId;
  }
}
