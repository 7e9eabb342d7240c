import type { Logger } from "pino";

import { type Bus, createMemoryBus, createPostgresBus, createRedisBus } from "@countersign/bus";
import type { BusChoice } from "@countersign/ops";

/** The bus the environment asks for. It connects, and connects again, in the background: the server works without it. */
export function openBus(choice: BusChoice, log: Pick<Logger, "warn">): Bus {
  const onError = (err: unknown) => log.warn({ err, bus: choice.kind }, "The bus between servers has trouble");
  switch (choice.kind) {
    case "postgres":
      return createPostgresBus({ url: choice.url, onError });
    case "redis":
      return createRedisBus({ url: choice.url, onError });
    default:
      return createMemoryBus({ onError });
  }
}
