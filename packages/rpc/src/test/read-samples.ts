import type { Metrics } from "../observe/meter.ts";

/** Reads what was measured, as a monitoring system does; tells the value of a series, undefined when there is none. */
export async function readSamples(
  metrics: Metrics,
): Promise<(name: string, labels?: Readonly<Record<string, string>>) => number | undefined> {
  return parseSamples((await metrics.read()).text);
}

/** Parses the text format (version 0.0.4). @throws on a line that is none of it. */
export function parseSamples(text: string) {
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, name, labels = "", value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`No sample: ${line}`);
    const pairs = labels
      .matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)
      .map(([, label = "", its = ""]) => [label, its] as const);
    samples.set(keyOf(name, Object.fromEntries<string>(pairs)), Number(value));
  }
  return (name: string, labels: Readonly<Record<string, string>> = {}) => samples.get(keyOf(name, labels));
}

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1))]);
}
