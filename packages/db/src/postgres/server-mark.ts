/**
 * Shared, so that all servers hold it at once, by the connections they listen on. PostgreSQL gives it up with the connection.
 * The numbers are any that nobody else is likely to take for an advisory lock.
 */
export const holdServerMark = "select pg_advisory_lock_shared(1668507502, 1)";

/** How many hold it on this database. */
export const countServerMarks = `
  select count(distinct pid)::int as count from pg_locks
  where locktype = 'advisory' and classid = 1668507502 and objid = 1 and objsubid = 2 and granted
    and database = (select oid from pg_database where datname = current_database())`;
