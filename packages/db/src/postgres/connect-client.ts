import { Client, type ClientConfig } from "pg";

import { cannotConnect } from "./postgres-error.ts";

/**
 * A connection of one's own, outside of the pool.
 *
 * @throws DatabaseUnavailable when it cannot be made
 */
export async function connectClient(settings: ClientConfig): Promise<Client> {
  const client = new Client(settings);
  // A loss shows at the next statement; without a listener it would end this process.
  client.on("error", () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw cannotConnect(error);
  }
}
