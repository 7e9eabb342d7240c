import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createTRPCClient } from "@trpc/client";
import { expect, vi } from "vitest";

import { type AppRouter, appRouter, fileColumns, migrations, permissions, tables } from "@app/api";
import { createLiveList, createRowActions, createSessionClient, type LiveListOptions } from "@countersign/client";
import { createFolderStore } from "@countersign/rpc";
import { startTestApp } from "@countersign/testing";

/** The app itself on a port of its own, and people who look at its tasks in windows of their own. */
export async function openRealApp() {
  const folder = await mkdtempDisposable(join(tmpdir(), "attachments-"));
  const files = { store: createFolderStore(folder.path), namedBy: fileColumns };
  const app = await startTestApp({ router: appRouter, tables, migrations: [migrations], permissions, files });
  const stops: (() => void)[] = [];

  /** Signs somebody in, and opens a window of theirs. */
  async function openWindow(username: string) {
    const user = await app.signIn(username);
    const session = createSessionClient({
      url: app.url,
      channel: null,
      page: { isOnline: () => true, isVisible: () => true, watch: () => () => {} },
      random: () => 0.1,
      onReport: () => {},
      WebSocket: class extends WebSocket {
        constructor(url: string | URL) {
          // Node's WebSocket takes headers where the DOM's takes protocols; a browser sends them by itself.
          super(url, { headers: { cookie: user.cookie, origin: app.url } } as unknown as string[]);
        }
      },
    });
    const rpc = createTRPCClient<AppRouter>({ links: session.links() });
    stops.push(session.close);
    session.connect();
    await vi.waitUntil(() => session.snapshot.get().status === "ready");

    return {
      username,
      rpc,
      session,
      actions: createRowActions(session, rpc.task),
      async listTasks(options: LiveListOptions<typeof rpc.task> = { order: { by: "rank" } }) {
        const list = createLiveList(session, rpc.task, options);
        stops.push(list.subscribe(() => {}));
        await vi.waitUntil(() => list.get().status !== "loading");
        const shown = () =>
          list
            .get()
            .rows.map(({ title, $pending }) => ($pending ? `${title}?` : title))
            .join(" ");
        return {
          list,
          get shown() {
            return shown();
          },
          shows: (text: string) => vi.waitFor(() => expect(shown()).toBe(text)),
          row(title: string) {
            const row = list.get().rows.find((each) => each.title === title);
            if (!row) throw new Error(`There is no "${title}" in: ${shown()}.`);
            return row;
          },
        };
      },
    };
  }

  return {
    app,
    openWindow,
    async [Symbol.asyncDispose]() {
      for (const stop of stops.toReversed()) stop();
      await app[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
