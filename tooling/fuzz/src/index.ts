export { fuzzLimits, judgeFuzz } from "./judge-fuzz.ts";
export { type FuzzReport, runFuzz, socketsOf } from "./run-fuzz.ts";
export { slopeOf } from "./slope.ts";
