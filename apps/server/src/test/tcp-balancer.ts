import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A balancer that knows nothing but TCP: no cookies, no health. */
export interface TcpBalancer extends AsyncDisposable {
  readonly url: string;
}

/** Sends each connection to the next of these ports in turn, and to another one when nobody listens there. */
export async function startTcpBalancer(ports: () => readonly number[]): Promise<TcpBalancer> {
  const open = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    keep(client);
    turn += 1;
    const all = ports();
    void join(
      client,
      all.map((_, index) => all[(turn + index) % all.length] ?? 0),
    );
  });

  async function join(client: Socket, inOrder: readonly number[]): Promise<void> {
    const upstream = await connectFirst(inOrder);
    if (upstream === null) return void client.destroy();
    keep(upstream);
    client.pipe(upstream).pipe(client);
    client.once("close", () => upstream.destroy());
    upstream.once("close", () => client.destroySoon());
  }

  function keep(socket: Socket): void {
    open.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => open.delete(socket));
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The balancer has no port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, "close");
    },
  };
}

async function connectFirst(ports: readonly number[]): Promise<Socket | null> {
  for (const port of ports) {
    const socket = connect(port, "localhost");
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    if (isOpen) return socket;
  }
  return null;
}
