import { useCallback, useEffect } from "react";

type Control = "menu" | "link";

/** The tasks that may have the focus, the best first. One for all who ask: what was wanted last counts. */
let wanted: { readonly ids: readonly string[]; readonly control: Control; readonly until: number } | null = null;

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
      wanted = { ids, control, until: performance.now() + patienceMs };
      // The menu it was chosen in closes without anything else being rendered.
      requestAnimationFrame(restore);
    },
    [control],
  );
}

/** Later the person is somewhere else. */
const patienceMs = 2000;

function restore() {
  if (wanted === null || document.activeElement !== document.body) return;
  if (wanted.until < performance.now()) return void (wanted = null);
  const { ids, control } = wanted;
  const target = ids.map((id) => controlOf(id, control)).find((element) => element !== null);
  (target ?? document.querySelector<HTMLElement>("h1"))?.focus();
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
