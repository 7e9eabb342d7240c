import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import type { Topology } from "@app/workload";

type Server = Topology["servers"][number];

/** The wrong clocks of servers, by their places: each has a file that says how wrong. */
export class ServerClocks implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(wrongMs: readonly number[]): Promise<ServerClocks> {
    const clocks = new ServerClocks(await mkdtemp(join(tmpdir(), "countersign-clocks-")));
    for (const [place, ms] of wrongMs.entries()) await clocks.#write(place, ms, "UTC");
    return clocks;
  }

  /** What a server at this place is started with. */
  envOf(place: number): Readonly<Record<string, string>> {
    return { CLOCK_FILE: this.#fileOf(place) };
  }

  /** Sets the clock of a running server, and its time zone. Resolves when it goes by them. */
  async set({ servers }: Topology, place: number, wrongMs: number, timeZone = "UTC"): Promise<void> {
    await this.#write(place, wrongMs, timeZone);
    await this.#tell(servers[place]);
  }

  /** How often a server's event loop goes round in a second, as it is just now. */
  async loopsPerSecond({ servers }: Topology, place: number, forMs: number): Promise<number> {
    const from = await this.#tell(servers[place]);
    await pause(forMs);
    const to = await this.#tell(servers[place]);
    return ((to.loops - from.loops) / (to.at - from.at)) * 1000;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #fileOf(place: number): string {
    return join(this.#folder, String(place));
  }

  #write(place: number, wrongMs: number, timeZone: string): Promise<void> {
    return writeFile(this.#fileOf(place), `${wrongMs} ${timeZone}`);
  }

  async #tell(server: Server | undefined): Promise<{ readonly loops: number; readonly at: number }> {
    if (!server?.pid) throw new Error("The server does not run.");
    const told = () => [...server.output.matchAll(/^clock .* loops (\d+) at ([\d.]+)$/gm)];
    const before = told().length;
    process.kill(server.pid, "SIGUSR2");
    const deadline = performance.now() + mostMs;
    while (told().length === before) {
      if (performance.now() > deadline) throw new Error(`The server does not read its clock:\n${server.output}`);
      await pause(5);
    }
    const [, loops, at] = told().at(-1) ?? [];
    return { loops: Number(loops), at: Number(at) };
  }
}

const mostMs = 10_000;
