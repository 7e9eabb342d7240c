/** The figures of a release, in the order of the page: what each is called and has to be, and where it is made when not by a fault. */
export const summary = {
  lost: {
    figure: "acknowledged writes lost over ≥ 200 SIGKILLs (SQLite), ≥ 100 immediate restarts (Postgres)",
    target: "0",
  },
  broken: { figure: "half-applied, duplicated with a key, corrupt", target: "0, 0, 0" },
  syncs: { figure: "syncs per acknowledged commit, or per group", target: "≥ 1" },
  ready: { figure: "ready after kill / back after a Postgres restart", target: "p99 ≤ 2 s / ≤ 10 s" },
  resume: {
    figure: "missed after resume, duplicates shown, wrong-user frames over ≥ 1,000 cuts",
    target: "0, 0, 0",
  },
  revoke: {
    figure: "revoke → last frame anywhere, 3 replicas",
    target: "p99 < 250 ms (bus), ≤ lease 5 s (no bus)",
    madeBy: "`pnpm bench revoke --replicas 3`: [benchmarks](benchmarks.md)",
  },
  crowd: { figure: "5,000 clients back after a restart", target: "≤ 15 s" },
  memory: {
    figure: "memory per connection with a snapshot",
    target: "≤ 100 KB",
    madeBy: "`pnpm bench memory`: [benchmarks](benchmarks.md)",
  },
  stalled: { figure: "stalled client", target: "≤ 2 MB, cut ≤ 10 s, others' p99 < 2×" },
  halfOpen: { figure: "half-open peer noticed", target: "≤ 35 s" },
  drain: { figure: "drain: failed acknowledged mutations / exit", target: "0 / ≤ 30 s" },
  redisAway: { figure: "Redis away 60 s: mutations that succeed", target: "≥ 99 %" },
  stall: { figure: "loop stall while another process holds the SQLite write lock", target: "≤ 50 ms" },
  loginFlood: {
    figure: "call p99 during a flood of 200 logins",
    target: "< 50 ms",
    madeBy: "`pnpm bench login-flood`: [benchmarks](benchmarks.md)",
  },
  hostile: { figure: "hostile upgrades and frames that end the process, of 100,000", target: "0" },
  soak: { figure: "one-hour soak: heap slope, leaked subscriptions", target: "~0, 0" },
} as const satisfies Readonly<Record<string, SummaryLine>>;

/** What a figure says of itself to stand in the first table. */
export type SummaryRow = keyof typeof summary;

export interface SummaryLine {
  readonly figure: string;
  readonly target: string;
  readonly madeBy?: string;
}
