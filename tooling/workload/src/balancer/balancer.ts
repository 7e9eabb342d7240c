import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

import { type Conditions, goodConditions, isConcerned, pass } from "./pass.ts";

/** A plain TCP balancer on this machine, whose network can be made as bad as networks are. */
export interface Balancer extends AsyncDisposable {
  readonly port: number;
  /** `http://localhost:…`, for those who come through it. */
  readonly url: string;
  /** Where the next connections go, in turns; one that does not answer is passed over. Ports of this machine. */
  ports: readonly number[];
  /** How many connections are open. */
  readonly size: number;
  /** From now on, for open connections too. What is not named becomes good. */
  set(conditions: Partial<Conditions>): void;
  /** Takes no new connections; `accept` ends that. */
  refuse(): void;
  accept(): void;
  /** Breaks what is open: all, or with a number so many of the oldest. Both ends see a reset. */
  cut(most?: number): void;
}

/** Starts a balancer that hands bytes on and knows nothing of what they mean. */
export async function startBalancer(ports: readonly number[] = []): Promise<Balancer> {
  const links = new Set<Link>();
  let conditions = goodConditions;
  let isRefusing = false;
  let turn = 0;

  const server = createServer({ noDelay: true, pauseOnConnect: true }, (client) => {
    client.on("error", () => client.destroy());
    if (isRefusing) return client.resetAndDestroy();
    void join(client);
  });

  async function join(client: Socket): Promise<void> {
    // Its own: others come while this one waits, and each is to try all ports.
    const first = (turn += 1);
    for (let tries = 0; tries < balancer.ports.length; tries += 1) {
      const port = balancer.ports[(first + tries) % balancer.ports.length];
      const backend = port === undefined ? null : await reach(port);
      if (!backend) continue;
      if (client.destroyed) return void backend.destroy();
      const link = { client, backend };
      links.add(link);
      client.once("close", () => links.delete(link));
      pass(client, backend, "up", () => conditions);
      pass(backend, client, "down", () => conditions);
      return;
    }
    client.resetAndDestroy();
  }

  server.listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // A TCP server that listens has a TCP address.

  const balancer: Balancer = {
    port,
    url: `http://localhost:${port}`,
    ports,
    get size() {
      return links.size;
    },
    set(changed) {
      conditions = { ...goodConditions, ...changed };
      for (const { client, backend } of links) {
        if (isConcerned(conditions.paused, "up")) client.pause();
        else client.resume();
        if (isConcerned(conditions.paused, "down")) backend.pause();
        else backend.resume();
      }
    },
    refuse: () => void (isRefusing = true),
    accept: () => void (isRefusing = false),
    cut(most = links.size) {
      for (const { client, backend } of [...links].slice(0, most)) {
        client.resetAndDestroy();
        backend.resetAndDestroy();
      }
    },
    async [Symbol.asyncDispose]() {
      server.close();
      balancer.cut();
      await once(server, "close");
    },
  };
  return balancer;
}

interface Link {
  readonly client: Socket;
  readonly backend: Socket;
}

/** Null when nobody listens there. */
async function reach(port: number): Promise<Socket | null> {
  const socket = connect({ port, host: "localhost", noDelay: true });
  try {
    await once(socket, "connect");
    socket.pause();
    return socket;
  } catch {
    // Refused: that server is down, and the next one is asked.
    socket.destroy();
    return null;
  }
}
