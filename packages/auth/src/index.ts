export type {
  Accounts,
  Auth,
  AuthOptions,
  FieldErrors,
  RegisterResult,
  Rights,
  SignInResult,
} from "./auth.ts";
export { can, canAll, canAny, inGroup } from "./can.ts";
export { systemClock, type Clock } from "./clock.ts";
export type { Principal, Session, User } from "./principal.ts";
export type { DeviceSession, NewSession, SessionEngine, SessionOrigin } from "./session-engine.ts";
