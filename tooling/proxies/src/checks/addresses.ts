import { equal, match, notEqual, ok } from "node:assert/strict";

import type { Site } from "../site.ts";
import type { Answer } from "../visitor.ts";

import type { Check } from "./check.ts";

/** What a client may write to look like another. */
function spoofed(index: number): Record<string, string> {
  const address = `203.0.113.${index % 250}`;
  return {
    "x-forwarded-for": address,
    forwarded: `for=${address};proto=http`,
    "x-real-ip": address,
    "x-client-ip": address,
  };
}

export const addressChecks: readonly Check[] = [
  {
    title: "the server knows the client's address, not the proxy's, and not what the client says it is",
    async run(site) {
      const visitor = site.visitor("127.0.0.3");
      await visitor.call("auth.register", { username: "placed", password: "correct horse placed" }, spoofed(7));
      await using socket = await visitor.openSocket(spoofed(8));
      const { result } = await socket.query("account.sessions.list");
      if (!result) throw new Error("The list of sessions was not answered.");
      // The cast: that is what the procedure answers.
      const [session] = result.data as readonly { readonly ip: string }[];
      equal(session?.ip, "127.0.0.3");
    },
  },
  {
    title: "RAT-07: changing forwarded headers does not reset the limit of an address; another address has its own",
    async run(site) {
      const guesses = await guessUntilLimited((name, index) =>
        site.visitor("127.0.0.4").call("auth.login", { login: name, password: "wrong" }, spoofed(index)),
      );
      ok(guesses <= 30, `limited after ${guesses}`);
      const other = await site.visitor("127.0.0.5").call("auth.login", { login: "someone", password: "wrong" });
      equal(other.status, 401);
      return `limited after ${guesses}`;
    },
  },
  {
    title: "requests are called what the proxy or the server calls them, not what a client writes",
    async run(site) {
      const given = "chosen-by-a-client-0001";
      const { headers } = await site.visitor("127.0.0.3").request("/healthz", { headers: { "x-request-id": given } });
      match(String(headers["x-request-id"]), /^[\w-]{16,}$/);
      notEqual(headers["x-request-id"], given);
      // The control: from the address that is trusted it would be taken.
      const direct = await fetch(`${site.servers[0].url.replace("localhost", "127.0.0.1")}/healthz`, {
        headers: { "x-request-id": given },
      });
      equal(direct.headers.get("x-request-id"), given);
    },
  },
  {
    title: "the control: whoever reaches a server past the proxy, from the address that is trusted, can pretend",
    async run(site) {
      const guesses = await guessUntilLimited((name, index) => guessDirectly(site, name, index));
      equal(guesses, 40);
    },
  },
];

/** Each guess at an account of its own; 40 when none is limited. */
async function guessUntilLimited(guess: (name: string, index: number) => Promise<Pick<Answer, "status">>) {
  for (let index = 0; index < 40; index += 1) {
    const { status } = await guess(`nobody-${index}`, index);
    if (status === 429) return index;
    equal(status, 401);
  }
  return 40;
}

function guessDirectly({ origin, servers }: Site, login: string, index: number): Promise<Pick<Answer, "status">> {
  return fetch(`${servers[0].url.replace("localhost", "127.0.0.1")}/trpc/auth.login`, {
    method: "POST",
    headers: { origin, "content-type": "application/json", ...spoofed(index) },
    body: JSON.stringify({ login, password: "wrong" }),
  });
}
