/**
 * Where an app tells its own types, once, for all packages:
 *
 *     declare module "@countersign/contract" {
 *       interface Register {
 *         sessionData: { theme: "light" | "dark" };
 *         snapshot: { plan: "free" | "paid" };
 *       }
 *     }
 */
export interface Register {}

/** What the app adds to the snapshot; see `defineSnapshotFields` of the rpc package. */
export type AppSnapshot = Register extends { snapshot: infer Fields } ? Fields : Readonly<Record<string, unknown>>;

/** The keys of the session's data, and their values; see `defineSessionData`. */
export type AppSessionData = Register extends { sessionData: infer Data } ? Data : Record<string, unknown>;

/** The names of those keys. */
export type AppSessionKey = Extract<keyof AppSessionData, string>;
