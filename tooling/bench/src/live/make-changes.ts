import { setTimeout as pause } from "node:timers/promises";

import { monotonicMs } from "../monotonic-clock.ts";
import { type Project, titleOf } from "../rows/fill-projects.ts";
import type { WireClient } from "../wire/wire-client.ts";

import { taskOf } from "./subscribers.ts";

/**
 * Changes one task after the other, one every so many milliseconds, whether those before have been answered or not, as long as they are
 * of other tasks. Returns when all are answered.
 *
 * @throws when one is refused
 */
export async function makeChanges(
  client: WireClient,
  project: Project,
  plan: { readonly first: number; readonly count: number; readonly everyMs: number },
): Promise<void> {
  const begun = monotonicMs();
  const answers: Promise<unknown>[] = [];
  const tasks = project.taskIds.length;
  for (let made = 0; made < plan.count; made += 1) {
    const waitMs = begun + made * plan.everyMs - monotonicMs();
    if (waitMs > 0) await pause(waitMs);
    const change = plan.first + made;
    const task = taskOf(change, tasks);
    // Two changes of one task at once would be a conflict.
    await answers[made - tasks];
    // Each was changed once in every round of all tasks, and has had the version 1.
    const version = 1 + (change - 1 - task) / tasks;
    const input = { id: project.taskIds[task], version, title: titleOf(change) };
    const answer = client.call("mutation", "task.update", input);
    // Told below; here it would only be unhandled meanwhile.
    answer.catch(() => {});
    answers.push(answer);
  }
  await Promise.all(answers);
}
