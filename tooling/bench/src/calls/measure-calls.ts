import type { Generator } from "../load/generator.ts";
import type { Load } from "../load/load.ts";
import { readFamilyTime } from "../report/process-time.ts";
import type { Usage } from "../side/side.ts";
import type { SideProcess } from "../side/start-side.ts";

/** What one measurement of calls found. */
export interface CallFigures {
  readonly callsPerSecond: number;
  readonly p50Microseconds: number;
  readonly p99Microseconds: number;
  /** User and system time of the whole server process. */
  readonly serverMicrosecondsPerCall: number;
  /** The same of PostgreSQL's processes; null where there are none, or it cannot be known. */
  readonly postgresMicrosecondsPerCall: number | null;
  readonly generatorShare: number;
}

/** Puts the load on the server, and asks the server what it used meanwhile. */
export async function measureCalls(
  generator: Generator,
  side: SideProcess,
  load: Omit<Load, "port">,
  postgresPid: number | null,
): Promise<CallFigures> {
  const { promise: before, resolve } = Promise.withResolvers<Usage>();
  let postgresBefore: number | null = null;
  const onMeasuring = () => {
    postgresBefore = readFamilyTime(postgresPid);
    resolve(side.readUsage());
  };
  const result = await generator.run({ ...load, port: side.port }, { onMeasuring });
  const postgresAfter = readFamilyTime(postgresPid);
  const after = await side.readUsage();
  const since = await before;

  const callsPerSecond = result.calls / result.seconds;
  // Two rates: the server answers the questions a little later than they are asked, and says when it did.
  const usedPerSecond = (after.cpuMicroseconds - since.cpuMicroseconds) / ((after.at - since.at) / 1000);
  return {
    callsPerSecond,
    p50Microseconds: result.p50Microseconds,
    p99Microseconds: result.p99Microseconds,
    serverMicrosecondsPerCall: usedPerSecond / callsPerSecond,
    postgresMicrosecondsPerCall:
      postgresAfter === null || postgresBefore === null ? null : (postgresAfter - postgresBefore) / result.calls,
    generatorShare: result.generatorShare,
  };
}
