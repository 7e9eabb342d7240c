export {
  DatabaseUnavailable,
  UniqueViolation,
  type Database,
  type Dialect,
  type ExternalChange,
  type MaybePromise,
  type Queries,
  type Statement,
  type Transaction,
} from "./database.ts";
export { coreTables, type CoreTables } from "./schema/tables.ts";
export { defineTables, type TableSet, type Vocabulary } from "./schema/vocabulary.ts";
