import { randomUUID } from "node:crypto";

import { type BrowserContext, expect } from "@playwright/test";

import type { AppServer } from "@app/services";

export interface Account {
  readonly username: string;
  readonly password: string;
}

/** Makes an account that no other test has: its name is `name` and something random. */
export async function createAccount(server: AppServer, name: string): Promise<Account> {
  const account = { username: `${name}-${randomUUID().slice(0, 8)}`, password: `correct horse ${name}` };
  const answer = await fetch(`${server.url}/trpc/auth.register`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: server.url },
    body: JSON.stringify(account),
  });
  expect(answer.status, await answer.text()).toBe(200);
  return account;
}

/** Signs a browser in without its pages, which other tests are about. */
export async function signIn(context: BrowserContext, server: AppServer, account: Account): Promise<void> {
  const answer = await context.request.post(`${server.url}/trpc/auth.login`, {
    headers: { origin: server.url },
    data: { login: account.username, password: account.password },
  });
  expect(answer.status(), await answer.text()).toBe(200);
}
