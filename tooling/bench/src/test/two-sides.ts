import { benchCalls } from "../calls/bench-calls.ts";

// A run that lasts, with few servers and one of everything else: to be killed.
await benchCalls({ rounds: 100, connections: 1, only: ["raw ws", "Countersign, Postgres"], tell: () => {} });
