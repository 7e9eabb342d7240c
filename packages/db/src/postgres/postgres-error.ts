import { DatabaseError } from "pg";

import { DatabaseUnavailable, UniqueViolation } from "../database.ts";

/**
 * The error of a statement, as the package promises it. `mayHaveWritten` tells that the statement commits: when the
 * connection is lost then, nobody can say whether it did.
 */
export function translatePostgresError(error: unknown, options: { readonly mayHaveWritten: boolean }): unknown {
  if (breaksConnection(error)) {
    const message = `The connection to the database was lost: ${messageOf(error)}.`;
    return new DatabaseUnavailable(message, { cause: error, outcomeUnknown: options.mayHaveWritten });
  }
  if (!(error instanceof DatabaseError)) return error;

  if (error.code === "23505") return new UniqueViolation(constraintOf(error));
  if (passes.test(error.code ?? "")) {
    return new DatabaseUnavailable(`The database refuses the work for now: ${error.message}.`, { cause: error });
  }
  // It spells out the row that was refused, password hash and all; and errors are logged.
  error.detail = undefined;
  return error;
}

/** The error of connecting, whatever stands in the way: network, names, passwords, too many connections. */
export function cannotConnect(error: unknown): DatabaseUnavailable {
  return new DatabaseUnavailable(`The database cannot be reached: ${messageOf(error)}.`, { cause: error });
}

/** Is the connection of no use after this error? */
export function breaksConnection(error: unknown): boolean {
  // Shut down, crashed, idle for too long (in a transaction or not), protocol out of step.
  if (error instanceof DatabaseError) return /^(08...|57P0[1-5]|25P0[34])$/.test(error.code ?? "");
  if (!(error instanceof Error)) return false;
  return "syscall" in error || driverMessages.test(error.message);
}

/** What the driver says, in words only, of a connection that was lost or does not answer. */
const driverMessages =
  /^(Connection terminated|Query read timeout|Client (was closed|has encountered a connection error))/;

/**
 * Refusals that pass with the state they come from: out of resources (53), the server's disk (58), statement and lock
 * timeouts, deadlocks and failed serialisation, a server that only reads (a standby after a switch).
 */
const passes = /^(53...|58...|57014|55P03|40001|40P01|25006)$/;

/** `table.column, table.column`, as SQLite spells it; the constraint's name when the server does not tell the columns. */
function constraintOf(error: DatabaseError): string {
  // "Key (group_id, user_id)=(…) already exists.", whatever the server's language.
  const columns = /\(([\w, ]+)\)=\(/.exec(error.detail ?? "")?.[1];
  if (!columns || !error.table) return error.constraint ?? "value";
  return columns
    .split(", ")
    .map((column) => `${error.table}.${column}`)
    .join(", ");
}

function messageOf(error: unknown): string {
  // Node tries every address of a name, and gives all refusals in one error without a message.
  if (error instanceof AggregateError) return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
