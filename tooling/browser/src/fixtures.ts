import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type BrowserContext, type BrowserContextOptions, expect, type Page, test as base } from "@playwright/test";

import { type AppServer, startPostgres, startServer } from "@app/services";

import { type Account, createAccount, signIn } from "./account.ts";
import { type Problems, watchProblems } from "./problems.ts";

/** What a project of the tests sets. */
export interface ServerOptions {
  /** The built server. */
  readonly serverEntry: string;
  readonly dialect: "sqlite" | "postgres";
}

/** One person's browser: its windows share cookies and nothing with other devices. */
export interface Device {
  readonly context: BrowserContext;
  /** What it complained of. A complaint nobody allowed fails the test at its end. */
  readonly problems: Problems;
  openWindow(path?: string): Promise<Page>;
}

interface Fixtures {
  /** Makes an account of its own for this test. */
  readonly newAccount: (name: string) => Promise<Account>;
  /** A fresh browser, signed in when an account is given. Closed at the end of the test. */
  readonly newDevice: (account?: Account | null, options?: BrowserContextOptions) => Promise<Device>;
  /** A server of this test's own, to be killed or set up otherwise, on a database of its own. */
  readonly newServer: (env?: Readonly<Record<string, string>>) => Promise<AppServer>;
  /** The server that `newAccount` and `newDevice` use. Override it with `newServer` where a test ends it. */
  readonly server: AppServer;
}

interface WorkerFixtures {
  readonly newDatabase: () => Promise<string>;
  /** Where servers keep files: one for all, since none touches those it does not know. */
  readonly uploadFolder: string;
  readonly sharedServer: AppServer;
}

/** Playwright's `test` with a server in production mode, accounts and devices. */
export const test = base.extend<Fixtures, ServerOptions & WorkerFixtures>({
  serverEntry: ["", { option: true, scope: "worker" }],
  dialect: ["sqlite", { option: true, scope: "worker" }],

  newDatabase: [
    async ({ dialect }, use) => {
      if (dialect === "postgres") {
        await using postgres = await startPostgres();
        await use(() => postgres.createDatabase());
        return;
      }
      const folder = await mkdtemp(join(tmpdir(), "browser-tests-"));
      let count = 0;
      await use(async () => `sqlite:${join(folder, `${++count}.db`)}`);
      await rm(folder, { recursive: true });
    },
    { scope: "worker" },
  ],

  uploadFolder: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads what it needs from the pattern
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), "browser-files-"));
      await use(folder);
      await rm(folder, { recursive: true });
    },
    { scope: "worker" },
  ],

  sharedServer: [
    async ({ serverEntry, newDatabase, uploadFolder }, use) => {
      await using server = await startServer(serverEntry, {
        DATABASE_URL: await newDatabase(),
        UPLOAD_FOLDER: uploadFolder,
        // All accounts of all tests come from one address.
        REGISTER_ATTEMPTS: "10000",
      });
      await use(server);
    },
    { scope: "worker" },
  ],

  server: async ({ sharedServer }, use) => use(sharedServer),

  newServer: async ({ serverEntry, newDatabase, uploadFolder }, use, testInfo) => {
    await using servers = new AsyncDisposableStack();
    await use(async (env = {}) => {
      const server = servers.use(
        await startServer(serverEntry, { DATABASE_URL: await newDatabase(), UPLOAD_FOLDER: uploadFolder, ...env }),
      );
      servers.defer(() => testInfo.attach("server's output", { body: server.output, contentType: "text/plain" }));
      return server;
    });
  },

  newAccount: async ({ server }, use) => use((name) => createAccount(server, name)),

  newDevice: async ({ browser, server }, use) => {
    const devices: Device[] = [];
    await use(async (account = null, options = {}) => {
      const context = await browser.newContext({ baseURL: server.url, ...options });
      const device = toDevice(context);
      devices.push(device);
      if (account) await signIn(context, server, account);
      return device;
    });

    for (const { context } of devices) await context.close();
    expect(devices.flatMap(({ problems }) => problems.unexpected())).toEqual([]);
  },
});

function toDevice(context: BrowserContext): Device {
  return {
    context,
    problems: watchProblems(context),
    async openWindow(path = "/") {
      const page = await context.newPage();
      await page.goto(path);
      return page;
    },
  };
}
