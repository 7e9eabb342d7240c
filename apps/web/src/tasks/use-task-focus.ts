import { useCallback, useEffect } from "react";

type Control = "menu" | "link";

interface Wanted {
  /** The tasks that may have the focus, the best first. */
  readonly ids: readonly string[];
  readonly control: Control;
  readonly until: number;
  /** What has the focus while none of the tasks is on the page: a list that is still loading may bring one. */
  standIn: HTMLElement | null;
}

/** One for all who ask: what was wanted last counts. */
let wanted: Wanted | null = null;

/**
 * Keeps the focus with a task that is about to move or go: what had it is then somewhere else on the page, or nowhere. Call
 * what it gives before that. A task that is gone leaves the focus to its neighbour. Tasks carry `data-task`, the id. It goes to
 * the task's menu, or, for what was opened, to its link.
 */
export function useTaskFocus(control: Control = "menu"): (taskId: string) => void {
  useEffect(restore);

  return useCallback(
    (taskId) => {
      const ids = [taskId, ...(neighboursOf(taskId) ?? wanted?.ids ?? [])];
      wanted = { ids, control, until: performance.now() + patienceMs, standIn: null };
      // The menu it was chosen in closes without anything else being rendered.
      requestAnimationFrame(restore);
    },
    [control],
  );
}

/** Later the person is somewhere else. */
const patienceMs = 2000;

function restore() {
  if (wanted === null) return;
  if (wanted.until < performance.now()) return void (wanted = null);
  const { ids, control, standIn } = wanted;
  const focused = document.activeElement;
  if (focused !== document.body && focused !== standIn) return;

  const target = ids.map((id) => controlOf(id, control)).find((element) => element !== null);
  wanted.standIn = target ? null : document.querySelector("h1");
  (target ?? wanted.standIn)?.focus();
}

/** Null of a task that is not there any more: whoever came to it before knows its neighbours. */
function neighboursOf(taskId: string): readonly string[] | null {
  const ids = [...document.querySelectorAll<HTMLElement>("[data-task]")].map(({ dataset }) => dataset["task"] ?? "");
  const at = ids.indexOf(taskId);
  return at === -1 ? null : [ids[at + 1], ids[at - 1]].filter((id) => id !== undefined);
}

function controlOf(taskId: string, control: Control): HTMLElement | null {
  const task = document.querySelector(`[data-task="${CSS.escape(taskId)}"]`);
  const [menu, link] = ["button[aria-expanded]", "a"].map((selector) => task?.querySelector<HTMLElement>(selector));
  return (control === "menu" ? (menu ?? link) : (link ?? menu)) ?? null;
}
