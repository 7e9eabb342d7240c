import type { Auth, BindingCookie, Clock, RecentPrincipals, SessionCookie, TokenCookie } from "@countersign/auth";
import type { Bus } from "@countersign/bus";
import type { Settings } from "@countersign/contract";
import type { CoreTables, Database } from "@countersign/db";

import type { Connections } from "./connection/connections.ts";
import type { FloodDoors } from "./connection/flood-doors.ts";
import type { RateLimits } from "./connection/rate-limits.ts";
import type { StoredFiles } from "./files/stored-files.ts";
import type { Transfers } from "./files/transfers.ts";
import type { LiveHub } from "./live/hub.ts";
import type { ReadSnapshot } from "./live/snapshot-reader.ts";
import type { Notifications } from "./notify/notifications.ts";
import type { Meter } from "./observe/meter.ts";
import type { RefusalLog } from "./observe/refusal-log.ts";
import type { Traffic } from "./observe/traffic.ts";
import type { WatchCall } from "./observe/watch-call.ts";
import type { HolderTurns } from "./procedure/holder-turns.ts";
import type { UserTurns } from "./procedure/user-turns.ts";

/** Where log lines go. pino fits; so does any object with the first four. */
export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  /** Does it write lines of this level? Without it, and asked once, none is written of each call. */
  isLevelEnabled?(level: "debug"): boolean;
}

/** What an app hands to its procedures: made once at start, the same for every call. */
export interface Services<Tables extends CoreTables = CoreTables> {
  readonly db: Database<Tables>;
  readonly bus: Bus;
  readonly auth: Auth;
  /** Who was calling a moment ago: for answers, and with SESSION_CHECK=cached for calls that need not read the session each. Null where reading costs no round trip. */
  readonly recent: RecentPrincipals | null;
  readonly cookie: SessionCookie;
  readonly visitorCookie: TokenCookie;
  /** Tells browsers apart that go to an identity provider. */
  readonly oidcCookie: BindingCookie;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  readonly hub: LiveHub;
  readonly notifications: Notifications;
  readonly readSnapshot: ReadSnapshot;
  readonly connections: Connections;
  /** How many calls a user may make before they are refused. */
  readonly rateLimits: RateLimits;
  /** How many frames a user's sockets may send together before they are closed. */
  readonly frameLimits: RateLimits;
  readonly floodDoors: FloodDoors;
  /** How often something may begin to be kept for visitors of one address. */
  readonly visitorLimit: RateLimits;
  /** The files of the app; null where it has none. */
  readonly files: StoredFiles | null;
  /** Files on their way in and out. */
  readonly transfers: Transfers;
  /** So that one user's queries do not keep the others' waiting. */
  readonly readTurns: HolderTurns;
  /** So that one user's transactions do not keep the others' waiting. */
  readonly userTurns: UserTurns;
  /** Null where nobody measures. */
  readonly meter: Meter | null;
  /** Null where nobody wants to know of each call. */
  readonly watchCall: WatchCall | null;
  readonly traffic: Traffic;
  readonly refusalLog: RefusalLog;
}
