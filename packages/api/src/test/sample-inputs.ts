import { randomUUID } from "node:crypto";

import type { Cast } from "./cast.ts";

/**
 * Something valid to call each procedure with, so that the matrix shows what happens beyond the check of the input. What
 * is not named here is called without an input.
 */
export const sampleInputs: Readonly<Record<string, (cast: Cast) => unknown>> = {
  "account.sessions.end": ({ other }) => ({ id: other.sessionId }),
  "auth.login": ({ caller }) => ({ login: caller.username, password: caller.password }),
  "auth.register": newcomer,
  "note.create": () => ({ title: "tea", body: "" }),
  "note.get": () => ({ id: randomUUID() }),
  "note.remove": () => ({ id: randomUUID() }),
  "note.update": () => ({ id: randomUUID(), version: 1, title: "coffee" }),
};

function newcomer() {
  const username = `new${randomUUID().replaceAll("-", "")}`;
  return { username, email: `${username}@example.test`, password: "another password of some length" };
}
