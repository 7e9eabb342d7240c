import { Client } from "pg";

/** Runs statements on Postgres past the library, as a person with psql does. */
export async function runByHand(url: string, text: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
