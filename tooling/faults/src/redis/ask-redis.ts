import { createClient } from "redis";

/** Sends Redis a command over a connection of its own, and returns what it answers. */
export async function askRedis(url: string, ...words: readonly string[]): Promise<unknown> {
  const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: 5000 } });
  client.on("error", () => {});
  await client.connect();
  try {
    return await client.sendCommand([...words]);
  } finally {
    client.destroy();
  }
}
