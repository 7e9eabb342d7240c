export { createTestClock, type TestClock } from "@countersign/auth/testing";
export {
  type HttpCall,
  LiveView,
  type RawFrame,
  RawSocket,
  type RawSocketOptions,
  type TestApp,
  type TestUser,
} from "@countersign/rpc/testing";
export { crudCases, type RunnableCase } from "./crud/crud-cases.ts";
export type { CrudOptions, CrudRow, Values } from "./crud/crud-options.ts";
export type { Person } from "./crud/person.ts";
export { roomySettings } from "./roomy-settings.ts";
export { startTestApp, type StartTestAppOptions } from "./start-test-app.ts";
export { openTestDatabase, type TestDatabase } from "./test-database.ts";
