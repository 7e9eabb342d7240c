import { useCallback, useEffect, useRef } from "react";

/**
 * Keeps the focus with a task that is about to move or go: what had it is then somewhere else on the page, or nowhere. Call
 * what it gives before that. A task that is gone leaves the focus to its neighbour. Tasks carry `data-task`, the id.
 */
export function useTaskFocus(): (taskId: string) => void {
  const wanted = useRef<{ readonly ids: readonly string[]; readonly until: number } | null>(null);

  const restore = useCallback(() => {
    if (wanted.current === null || document.activeElement !== document.body) return;
    if (wanted.current.until < performance.now()) return void (wanted.current = null);
    const target = wanted.current.ids.map(controlOf).find((control) => control !== null);
    (target ?? document.querySelector<HTMLElement>("h1"))?.focus();
  }, []);
  useEffect(restore);

  return useCallback(
    (taskId) => {
      wanted.current = { ids: [taskId, ...neighboursOf(taskId)], until: performance.now() + patienceMs };
      // The menu it was chosen in closes without anything else being rendered.
      requestAnimationFrame(restore);
    },
    [restore],
  );
}

/** Later the person is somewhere else. */
const patienceMs = 2000;

function neighboursOf(taskId: string): readonly string[] {
  const ids = [...document.querySelectorAll<HTMLElement>("[data-task]")].map(({ dataset }) => dataset["task"] ?? "");
  const at = ids.indexOf(taskId);
  return [ids[at + 1], ids[at - 1]].filter((id) => id !== undefined);
}

function controlOf(taskId: string): HTMLElement | null {
  const task = document.querySelector(`[data-task="${CSS.escape(taskId)}"]`);
  return task?.querySelector<HTMLElement>("button[aria-expanded]") ?? task?.querySelector<HTMLElement>("a") ?? null;
}
