import { Counter, Gauge, type Registry } from "prom-client";

import type { MeasuredApp } from "../observe/meter.ts";

/** What is read when somebody asks: each with its labels, in the order of its name. */
interface Reading {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  /** By the label's value; without a label under `""`. Null: there is none of it here. */
  readonly read: () => Readonly<Record<string, number>> | null;
}

/** Registers what an app can be asked at any time. */
export function registerReadings(registry: Registry, app: MeasuredApp): void {
  for (const reading of gaugesOf(app)) registerGauge(registry, reading);
  for (const reading of countersOf(app)) registerCounter(registry, reading);
}

function gaugesOf({ services, lease }: MeasuredApp): readonly Reading[] {
  return [
    {
      name: "countersign_connections",
      help: "Open sockets.",
      label: "kind",
      read() {
        const { connections } = services();
        let signedIn = 0;
        for (const connection of connections) if (connection.tokenHash !== null) signedIn += 1;
        return { signed_in: signedIn, anonymous: connections.size - signedIn };
      },
    },
    {
      name: "countersign_buffered_bytes",
      help: "What is written to sockets and not taken by their readers yet.",
      read() {
        let bytes = 0;
        for (const { socket } of services().connections) bytes += socket.bufferedAmount;
        return { "": bytes };
      },
    },
    { name: "countersign_watchers", help: "Live subscriptions.", read: () => ({ "": services().hub.size }) },
    {
      name: "countersign_lease_age_seconds",
      help: "How long ago all open sessions were confirmed. Beyond LEASE_SECONDS their sockets are closed.",
      read: () => single(lease()?.ageSeconds()),
    },
    {
      name: "countersign_bus_connected",
      help: "1 while hints reach other servers.",
      read: () => ({ "": services().bus.isConnected ? 1 : 0 }),
    },
    {
      name: "countersign_database_connections",
      help: "Connections to PostgreSQL.",
      label: "state",
      read() {
        const { connections: pool } = services().db.load();
        return pool && { idle: pool.open - pool.inUse, in_use: pool.inUse };
      },
    },
    {
      name: "countersign_database_waiting",
      help: "What waits for a connection to PostgreSQL, and transactions (on SQLite: writes) that wait for their turn.",
      label: "for",
      read() {
        const { connections: pool, transactionsWaiting } = services().db.load();
        return { ...(pool && { connection: pool.waiting }), turn: transactionsWaiting };
      },
    },
    {
      name: "countersign_password_hashes",
      help: "Password hashes that are computed, and those that wait.",
      label: "state",
      read() {
        const { running, waiting } = services().auth.counts().passwords;
        return { running, waiting };
      },
    },
    {
      name: "countersign_mails_waiting",
      help: "Mails on their way.",
      read: () => ({ "": services().auth.counts().mails.waiting }),
    },
    {
      name: "countersign_transfers",
      help: "Uploads and downloads under way.",
      read: () => ({ "": services().transfers.size }),
    },
  ];
}

function countersOf({ services }: MeasuredApp): readonly Reading[] {
  return [
    {
      name: "countersign_frames_sent_total",
      help: "WebSocket messages sent, pushes among them.",
      read: () => ({ "": services().traffic.framesSent }),
    },
    {
      name: "countersign_pushes_total",
      help: "Messages that told a live subscription something new.",
      read: () => ({ "": services().traffic.pushesSent }),
    },
    {
      name: "countersign_sockets_cut_total",
      help: "Sockets ended for what they did.",
      label: "why",
      read() {
        const { floodsCut, slowReadersCut } = services().traffic;
        return { slow_reader: slowReadersCut, flood: floodsCut };
      },
    },
    {
      name: "countersign_push_rounds_total",
      help: "Rounds of pushes.",
      read: () => ({ "": services().hub.counts.rounds }),
    },
    {
      name: "countersign_watchers_told_total",
      help: "Times a live subscription was brought up to date, whether there was news or not.",
      read: () => ({ "": services().hub.counts.told }),
    },
    {
      name: "countersign_sessions_read_total",
      help: "Sessions that validations read; the others had been asked for with one that was, or were known to be unchanged.",
      read: () => ({ "": services().auth.counts().sessions.read }),
    },
    {
      name: "countersign_session_reads_total",
      help: "Statements in which they were read.",
      read: () => ({ "": services().auth.counts().sessions.roundTrips }),
    },
    {
      name: "countersign_sessions_recalled_total",
      help: "Calls for which a session that was read within the last lease was recalled instead: with SESSION_CHECK=cached.",
      read: () => single(services().recent?.counts.recalled),
    },
    {
      name: "countersign_hints_total",
      help: "What servers told each other.",
      label: "direction",
      read: () => ({ published: services().bus.counts.published, received: services().bus.counts.received }),
    },
    {
      name: "countersign_bus_gaps_total",
      help: "Times hints of others may have been missed, so that everything was read again.",
      read: () => ({ "": services().bus.counts.gaps }),
    },
    {
      name: "countersign_password_hashes_refused_total",
      help: "Password hashes for which there was no room.",
      read: () => ({ "": services().auth.counts().passwords.refused }),
    },
    {
      name: "countersign_throttle_refusals_total",
      help: "Attempts that were one too many.",
      label: "attempt",
      read: () => services().auth.counts().refusals,
    },
    {
      name: "countersign_mails_total",
      help: "Mails sent, attempts that failed and are made again, and mails given up.",
      label: "outcome",
      read() {
        const { sent, postponed, givenUp } = services().auth.counts().mails;
        return { sent, postponed, given_up: givenUp };
      },
    },
    {
      name: "countersign_transfers_total",
      help: "Uploads and downloads that were let in, and those that were one too many.",
      label: "outcome",
      read: () => ({ begun: services().transfers.counts.begun, refused: services().transfers.counts.refused }),
    },
  ];
}

function registerGauge(registry: Registry, { name, help, label, read }: Reading): void {
  const gauge = new Gauge({
    name,
    help,
    labelNames: label === undefined ? [] : [label],
    registers: [registry],
    collect: () => set(read()),
  });

  function set(values: Readonly<Record<string, number>> | null): void {
    gauge.reset();
    for (const [value, count] of Object.entries(values ?? {}))
      gauge.set(label === undefined ? {} : { [label]: value }, count);
  }
}

/** Counted elsewhere, from zero on as it should be: so it is set to what it has become. */
function registerCounter(registry: Registry, { name, help, label, read }: Reading): void {
  const counter = new Counter({
    name,
    help,
    labelNames: label === undefined ? [] : [label],
    registers: [registry],
    collect() {
      counter.reset();
      for (const [value, count] of Object.entries(read() ?? {}))
        counter.inc(label === undefined ? {} : { [label]: value }, count);
    },
  });
}

function single(value: number | undefined): Readonly<Record<string, number>> | null {
  return value === undefined ? null : { "": value };
}
