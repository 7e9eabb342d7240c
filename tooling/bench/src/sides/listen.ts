import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Starts listening on a port of the system's choice, and returns it. */
export async function listen(server: Server = createServer()): Promise<number> {
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, resolve));
  return (server.address() as AddressInfo).port; // A TCP server that listens has a TCP address.
}
