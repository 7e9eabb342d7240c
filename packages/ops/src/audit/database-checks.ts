import type { OpenedDatabase } from "./audit-facts.ts";
import type { AuditInput, Check } from "./check.ts";

/** Whether what was acknowledged stays, and whether several servers get on with each other. */
export const databaseChecks: readonly Check[] = [
  {
    id: "database-in-memory",
    severity: "error",
    about: "The database is in memory: everything is gone when the server stops.",
    setting: "DATABASE_URL",
    find: ({ environment }) =>
      environment.databaseUrl === "sqlite::memory:" ? "Everything is gone when the server stops." : null,
    cure: "Write sqlite:./path.db or postgres://….",
    isGrave: true,
  },
  {
    id: "folder-public",
    severity: "error",
    about: "The database or the files of users lie among pages, which are served to everybody.",
    setting: null,
    find: ({ facts: { amongPages } }) =>
      amongPages.map((setting) => ({ setting, what: "It lies among pages (index.html), which everybody may fetch." })),
    cure: "Keep it in a folder of its own, as /var/lib/countersign.",
    isGrave: true,
  },
  {
    id: "database-temporary",
    severity: "warning",
    about: "The database lies where systems remove files by themselves.",
    setting: "DATABASE_URL",
    find: ({ environment }) =>
      isTemporary(environment.databaseUrl.replace(/^sqlite:/, ""))
        ? "The file lies where systems remove files by themselves."
        : null,
    cure: "Keep it in a folder of its own, as /var/lib/countersign.",
  },
  {
    id: "uploads-temporary",
    severity: "warning",
    about: "The files of users are kept where systems remove files by themselves.",
    setting: "UPLOAD_FOLDER",
    // By default it is beside the database, of which it is told already.
    find: ({ environment: { uploadFolder, written } }) =>
      written.has("UPLOAD_FOLDER") && isTemporary(uploadFolder)
        ? "It is where systems remove files by themselves."
        : null,
    cure: "Keep them in a folder of their own, as /var/lib/countersign/files.",
  },
  {
    id: "database-unreachable",
    severity: "error",
    about: "The database cannot be reached.",
    setting: "DATABASE_URL",
    find: ({ facts: { database } }) => (database?.state === "unreachable" ? database.reason : null),
    cure: "See to it that it runs, and that path or address, user and password are right.",
    isGrave: true,
    mayPass: true,
  },
  {
    id: "durability",
    severity: "error",
    about:
      "The database answers before what it keeps is on the disk (`fsync`, `full_page_writes`, `synchronous_commit`, SQLite's `synchronous` and `journal_mode`): a power cut takes back what was acknowledged, a sign-out or a withdrawn right among it.",
    setting: null,
    find: (input) =>
      Object.entries(openedOf(input)?.durability ?? {})
        .filter(([name, value]) => isUnsafe(name, value))
        .map(
          ([name, value]) => `${name} is ${value}: a power cut takes back what was acknowledged, a sign-out among it.`,
        ),
    cure: "Set it to on (SQLite: synchronous=FULL, journal_mode=WAL), for the whole database and this user.",
  },
  {
    id: "migration-misfit",
    severity: "error",
    about:
      "The database and the program do not fit together: it is newer, or a migration was edited or put in between.",
    setting: "DATABASE_URL",
    find: (input) => openedOf(input)?.migrations.problem ?? null,
    cure: "Until then no server starts.",
    isGrave: true,
  },
  {
    id: "migration-missing",
    severity: "error",
    about: "Migrations are not applied, and MIGRATE=check leaves them to somebody else.",
    setting: "MIGRATE",
    find: (input) => (input.environment.settings.MIGRATE === "check" ? describePending(input) : null),
    cure: "Run countersign db migrate first, or leave MIGRATE out: then a server that starts applies them.",
    isGrave: true,
    mayPass: true,
  },
  {
    id: "migration-pending",
    severity: "notice",
    about: "Migrations are not applied yet; the next server that starts applies them.",
    setting: null,
    find: (input) =>
      input.environment.settings.MIGRATE === "start" && openedOf(input) !== null ? describePending(input) : null,
    cure: "Make a backup; the next server that starts applies them.",
  },
  {
    id: "clock-apart",
    severity: "warning",
    about: "The clocks of this machine and the database's differ by more than 2 s.",
    setting: null,
    find(input) {
      const aheadMs = openedOf(input)?.clockAheadMs ?? 0;
      if (Math.abs(aheadMs) <= 2000) return null;
      const by = `${(Math.abs(aheadMs) / 1000).toFixed(1)} s`;
      return `The database's clock is ${by} ${aheadMs > 0 ? "ahead of" : "behind"} this machine's: sessions end that much early or late.`;
    },
    cure: "Let both machines follow the same time servers (NTP).",
  },
  {
    id: "demo-users",
    severity: "error",
    about: "A superuser that development made is active: somebody has seen the password on a screen.",
    setting: null,
    find: (input) =>
      (openedOf(input)?.demoUsers ?? [])
        .filter(({ isSuperuser }) => isSuperuser)
        .map(({ username }) => `The superuser "${username}" was made in development.`),
    cure: "Make a superuser of your own (countersign user create), and deactivate this one (countersign user deactivate).",
  },
  {
    id: "demo-users-plain",
    severity: "warning",
    about: "Accounts that development made are active.",
    setting: null,
    find: (input) =>
      (openedOf(input)?.demoUsers ?? [])
        .filter(({ isSuperuser }) => !isSuperuser)
        .map(({ username }) => `The account "${username}" was made in development.`),
    cure: "Deactivate it: countersign user deactivate.",
  },
  {
    id: "provider-sessions-left",
    severity: "notice",
    about:
      "Sessions run that came from an identity provider which is not set up (any more): nothing it says ends them.",
    setting: "OIDC_PROVIDERS",
    find: (input) =>
      (openedOf(input)?.providerSessions ?? [])
        .filter(({ provider }) => !input.environment.oidc.providers.some(({ name }) => name === provider))
        .map(
          ({ provider, count }) =>
            `"${provider}" is not among the providers, and ${count === 1 ? "1 session that came from it runs" : `${count} sessions that came from it run`} to ${count === 1 ? "its" : "their"} own limits.`,
        ),
    cure: "End them: countersign sessions revoke --provider <name>. Where the provider is set up in code, nothing is to be done.",
  },
  {
    id: "sqlite-shared",
    severity: "error",
    about: "Another server runs on the same SQLite file.",
    setting: "DATABASE_URL",
    find: (input) =>
      isSqlite(input) && othersOf(input) > 0
        ? "Another server runs on this SQLite file: they wait for each other's writes, and limits count per server."
        : null,
    cure: "Stop the other one first, or use PostgreSQL for several.",
    mayPass: true,
  },
  {
    id: "bus-without-replicas",
    severity: "warning",
    about: "Redis is named, and the database is SQLite, whose file serves one machine.",
    setting: "REDIS_URL",
    find: ({ environment }) =>
      environment.written.has("REDIS_URL") && environment.databaseUrl.startsWith("sqlite:")
        ? "It is set, but the database is SQLite: its file serves one machine."
        : null,
    cure: "Use PostgreSQL for several servers, or leave it out.",
    isEverywhere: true,
  },
  {
    id: "bus-memory",
    severity: "warning",
    about: "The database is PostgreSQL, and servers on it do not tell each other.",
    setting: "BUS",
    find: (input) =>
      isMemoryOnPostgres(input) && othersOf(input) === 0
        ? "memory is for one server only: a second one on this database would learn of sign-outs by the database's notices and the lease."
        : null,
    cure: "Leave it out to tell all of them.",
  },
  {
    id: "bus-memory-shared",
    severity: "error",
    about: "Several servers run on the database and do not tell each other.",
    setting: "BUS",
    find: (input) =>
      isMemoryOnPostgres(input) && othersOf(input) > 0
        ? `memory is for one server only, and ${countOf(othersOf(input))} on this database: what is changed at one does not show at the others.`
        : null,
    cure: "Leave it out, at all of them.",
    mayPass: true,
  },
  {
    id: "bus-unreachable",
    severity: "warning",
    about: "Redis does not answer: until it does, servers learn of each other's changes by the lease.",
    setting: "REDIS_URL",
    find: ({ facts }) =>
      facts.bus?.isReachable === false
        ? "It does not answer: until it does, servers learn of each other's changes by the database's notices and the lease."
        : null,
    cure: "See to it that it runs, and that address, user and password are right.",
  },
  {
    id: "uploads-local",
    severity: "warning",
    about: "Several servers run on the database, and each keeps files in its own default folder.",
    setting: "UPLOAD_FOLDER",
    find: (input) =>
      othersOf(input) > 0 && !isSqlite(input) && !input.environment.written.has("UPLOAD_FOLDER")
        ? `It is not set, and ${countOf(othersOf(input))} on this database: files that one takes, the others may not have.`
        : null,
    cure: "Name a folder that all of them share.",
  },
];

function openedOf({ facts: { database } }: AuditInput): OpenedDatabase | null {
  return database?.state === "open" ? database : null;
}

function isTemporary(path: string): boolean {
  return /^(?:(?:\/var)?\/tmp|\/dev\/shm)(?:\/|$)/.test(path);
}

function describePending({ facts: { database } }: AuditInput): string | null {
  if (database?.state === "missing") return "There is no database yet.";
  const pending = database?.state === "open" ? database.migrations.pending : [];
  return pending.length > 0 ? `Not applied yet: ${pending.join(", ")}.` : null;
}

function othersOf(input: AuditInput): number {
  return openedOf(input)?.otherServers ?? 0;
}

function isSqlite({ environment }: AuditInput): boolean {
  return environment.databaseUrl.startsWith("sqlite:");
}

function isMemoryOnPostgres(input: AuditInput): boolean {
  return !isSqlite(input) && input.environment.bus.kind === "memory";
}

function isUnsafe(name: string, value: string): boolean {
  // PRAGMA synchronous: 2 is FULL, 3 EXTRA.
  if (name === "synchronous") return value !== "2" && value !== "3";
  if (name === "journal_mode") return value !== "wal";
  return value === "off";
}

function countOf(others: number): string {
  return others === 1 ? "another one runs" : `${others} others run`;
}
