import { defaultSettings } from "@countersign/contract";

import type { Report } from "../benchmark.ts";
import { createMembers, type Member } from "../sides/countersign-members.ts";

import { prepareMessageFlood, type MessageFloodCounts } from "./flood-messages.ts";
import {
  callsPerSecondOfEach,
  type Flood,
  type FloodedOutcome,
  type FloodOptions,
  measureFloods,
  rowsOf,
} from "./measure-floods.ts";

const { CALLS_PER_SECOND, MAX_CONNECTIONS_PER_SESSION, MAX_CONNECTIONS_PER_USER } = defaultSettings;
/** A user's sockets share so many times what one of them may: see `CALLS_PER_SECOND`. */
const shareOfUser = 5;
/** How many times what is allowed is sent. */
const excess = 10;

/** What the flooder sends, over all connections together. */
interface Flooding {
  readonly connections: number;
  readonly framesPerSecond: number;
}

export interface MessageFloodOptions extends FloodOptions {
  readonly floodings?: readonly Flooding[];
}

const ofSocket = excess * CALLS_PER_SECOND;
const ofUser = shareOfUser * ofSocket;

/** Over one connection; over so many that each is closed as well; over all that a user may have, of which none is closed. */
const allFloodings: readonly Flooding[] = [
  { connections: 1, framesPerSecond: ofSocket },
  { connections: shareOfUser, framesPerSecond: ofUser },
  { connections: MAX_CONNECTIONS_PER_USER, framesPerSecond: ofUser },
];

/** Do others wait while one user sends ten times what is allowed? */
export async function benchMessageFlood(options: MessageFloodOptions): Promise<Report> {
  const { rounds = 3, seconds = 10, connections = 100, floodings = allFloodings } = options;
  const outcomes = await measureFloods({
    ...options,
    rounds,
    seconds,
    // The limits are what is measured.
    side: { settings: defaultSettings, isFlooded: true },
    async plan(databaseUrl) {
      // Each flood by a user of its own: who was closed in the last one is not let in for a while.
      const sessionsOfFlooders = floodings.map((flooding) =>
        Math.ceil(flooding.connections / MAX_CONNECTIONS_PER_SESSION),
      );
      const everybody = await createMembers(databaseUrl, [
        ...sessionsOfFlooders,
        ...Array.from({ length: connections }, () => 1),
      ]);
      const floods = floodings.flatMap((flooding, index) => {
        const flooder = everybody[index];
        return flooder ? [floodBy(flooder, flooding, seconds)] : [];
      });
      return { members: everybody.slice(floodings.length), floods };
    },
  });
  return report(outcomes, { connections, seconds });
}

function floodBy(
  { sessions }: Member,
  { connections, framesPerSecond }: Flooding,
  seconds: number,
): Flood<MessageFloodCounts> {
  const cookies = sessions.flatMap(({ cookie }) => Array<string>(MAX_CONNECTIONS_PER_SESSION).fill(cookie));
  const place = connections === 1 ? "1 connection" : `${connections} connections`;
  return {
    name: `${framesPerSecond.toLocaleString("en")} frames/s over ${place}`,
    prepare: ({ port }) =>
      prepareMessageFlood({ port, cookies: cookies.slice(0, connections), framesPerSecond, seconds }),
  };
}

function report(
  outcomes: readonly FloodedOutcome<MessageFloodCounts>[],
  { connections, seconds }: { readonly connections: number; readonly seconds: number },
): Report {
  const floodRows = outcomes.flatMap(({ database, floods, rounds }) =>
    floods.map((name, index) => {
      const counts = rounds.flatMap(({ flooded }) => flooded[index]?.outcome ?? []);
      const sum = (key: keyof MessageFloodCounts) => counts.reduce((total, each) => total + each[key], 0);
      return [
        `${database}, ${name}`,
        sum("sent"),
        sum("answered"),
        sum("throttled"),
        sum("closed"),
        sum("cut"),
        sum("turnedAway"),
      ];
    }),
  );
  return {
    tables: [
      {
        title: `Calls of ${connections} users while one more floods for ${seconds} s, ms`,
        columns: ["", "calls", "p50", "p99", "max", "p99, in units of quiet", "server, cores"],
        rows: rowsOf(outcomes, "nobody floods").map(
          ({ name, spread: { count, p50, p99, max }, p99Ratio, serverShare }) => [
            name,
            count,
            p50,
            p99,
            max,
            p99Ratio,
            serverShare,
          ],
        ),
      },
      {
        title: "The flood",
        columns: ["", "frames sent", "answered", "told to wait", "closed with 4429", "cut", "not let in"],
        rows: floodRows,
      },
    ],
    notes: [
      `Each of the users calls ${callsPerSecondOfEach} times a second, whether or not the last call has been answered; the session is read and a permission checked for every call, and for every call of the flooder that is answered.`,
      `The server is what \`pnpm build\` makes, with its default limits: ${CALLS_PER_SECOND} calls a second of a socket, ${shareOfUser * CALLS_PER_SECOND} of a user. The flooder sends ${excess} times that and knocks again at once when a connection is closed, a hundred times a second in all while it is not let in; it has a thread of its own, but shares the machine.`,
      "In units of quiet: of the same round, the median of the rounds; so is how much of a core the server uses. Wanted: below 2.",
    ],
    figures: outcomes,
  };
}
