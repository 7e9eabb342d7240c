import { join } from "node:path";

import { migrateToRelease, type ReleaseVariables, type Topology, writeRelease } from "@app/workload";

/**
 * Releases one after the other, on servers that are replaced one by one. In each round there is an old one and a new one, which
 * writes a column that its expanding step has made, and then one whose contracting step takes the column away again.
 */
export class ReleaseTrain {
  readonly #folder: string;
  readonly #topology: Topology;
  /** All migrations of the rounds before. */
  #applied: Readonly<Record<string, string>> = {};
  #round = 0;
  /** How many servers have been replaced, how many of those did not end as asked, and how long one took at most. */
  readonly replaced = { count: 0, badly: 0, longestMs: 0 };

  constructor(folder: string, topology: Topology) {
    this.#folder = folder;
    this.#topology = topology;
  }

  /**
   * A round: the database goes ahead, then the servers, and back, and forward again; what the new release brought goes last.
   *
   * @param isBrief it ends when one server is back at the old release, beside new ones
   */
  async run(isBrief: boolean, tell: (text: string) => void): Promise<void> {
    this.#round += 1;
    const column = `remark_${this.#round}`;
    const [first, second] = [this.#round * 2 - 1, this.#round * 2].map((step) => String(step).padStart(4, "0"));
    const expanded = {
      ...this.#applied,
      [`${first}_${column}.expand`]: `ALTER TABLE workload_orders ADD COLUMN ${column} text;`,
    };
    const contracted = {
      ...expanded,
      [`${second}_drop_${column}`]: `ALTER TABLE workload_orders DROP COLUMN ${column};`,
    };
    const old = await writeRelease(join(this.#folder, `${column}-old`), this.#applied, null);
    const expanding = await writeRelease(join(this.#folder, `${column}-new`), expanded, column);
    const contracting = await writeRelease(join(this.#folder, `${column}-next`), contracted, null);

    const { databaseUrl, servers } = this.#topology;
    await migrateToRelease(databaseUrl, expanding);
    await this.#replace(servers, expanding, tell);
    // Taken back: the database stays ahead.
    if (isBrief) return this.#replace(servers.slice(0, 1), old, tell);
    await this.#replace(servers, old, tell);
    await migrateToRelease(databaseUrl, contracting);
    await this.#replace(servers, contracting, tell);
    this.#applied = contracted;
  }

  async #replace(servers: Topology["servers"], release: ReleaseVariables, tell: (text: string) => void): Promise<void> {
    for (const server of servers) {
      const askedAt = performance.now();
      const code = await server.stop();
      this.replaced.longestMs = Math.max(this.replaced.longestMs, performance.now() - askedAt);
      await server.start(release);
      this.replaced.count += 1;
      if (code !== 0) this.replaced.badly += 1;
      tell(`round ${this.#round}: ${this.replaced.count} servers replaced`);
    }
  }
}
