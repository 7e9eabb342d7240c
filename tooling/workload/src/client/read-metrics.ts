import { metricsToken } from "../topology/start-topology.ts";

/** What a server says of itself at `/metrics`, by the names of the series, labels included, as in `a_total{why="b"}`. */
export async function readMetrics(serverUrl: string): Promise<ReadonlyMap<string, number>> {
  const answer = await fetch(`${serverUrl}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } });
  if (!answer.ok) throw new Error(`/metrics answered with ${answer.status}.`);
  const lines = (await answer.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
}
