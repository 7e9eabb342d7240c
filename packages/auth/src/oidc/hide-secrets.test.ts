import { expect, test } from "vitest";

import { hideSecrets } from "./hide-secrets.ts";

const secret = "s+cret/of & ours";
const code = "the-code-of-ann";
const body = new URLSearchParams({ grant_type: "authorization_code", client_id: "app", client_secret: secret, code });

function answer(said: unknown, status = 400): Response {
  return new Response(typeof said === "string" ? said : JSON.stringify(said), { status });
}

test("a failure that says what was asked is left without it, however it is spelled, and keeps all else", async () => {
  const echo = `${body.toString()} ${secret} ${encodeURIComponent(secret)} \u{1F512}`;
  const hidden = await hideSecrets(answer({ error: "invalid_grant", deep: [{ error_description: echo }] }), {
    body,
    headers: {},
  });
  expect(hidden.status).toBe(400);
  const said =
    "grant_type=authorization_code&client_id=app&client_secret=[hidden]&code=[hidden] [hidden] [hidden] \u{1F512}";
  expect(await hidden.json()).toEqual({ error: "invalid_grant", deep: [{ error_description: said }] });

  // Each letter of it may be escaped in JSON.
  const escaped = code.replaceAll(/./g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`);
  const read = await hideSecrets(answer(`{"error_description":"${escaped}"}`), { body, headers: {} });
  expect(await read.json()).toEqual({ error_description: "[hidden]" });
  const page = await hideSecrets(answer(`<p>${code} is wrong`), { body, headers: {} });
  expect(await page.text()).toBe("<p>[hidden] is wrong");
  const deep = `${"[".repeat(200_000)}"${code}"${"]".repeat(200_000)}`;
  expect(await (await hideSecrets(answer(deep), { body, headers: {} })).text()).not.toContain(code);
});

test("what went into the header is hidden as well: the secret, the pair as it was sent, and a token", async () => {
  const pair = Buffer.from(`app:${new URLSearchParams({ secret }).toString().slice(7)}`).toString("base64");
  const basic = { body: null, headers: { Authorization: `Basic ${pair}` } };
  const said = await (await hideSecrets(answer({ error_description: `${pair} ${secret} app` }, 401), basic)).text();
  expect(said).toBe('{"error_description":"[hidden] [hidden] app"}');
  const bearer = { body: undefined, headers: { authorization: "Bearer a-token" } };
  expect(await (await hideSecrets(answer("no a-token", 403), bearer)).text()).toBe("no [hidden]");
});

test("what is decided by stays, were the secret a part of it; so does an answer that is no failure, or has no words", async () => {
  const weak = { body: new URLSearchParams({ client_secret: "grant" }), headers: {} };
  expect(await (await hideSecrets(answer({ error: "invalid_grant" }), weak)).json()).toEqual({
    error: "invalid_grant",
  });
  const tokens = answer({ access_token: code }, 200);
  expect(await hideSecrets(tokens, { body, headers: {} })).toBe(tokens);
  const none = await hideSecrets(new Response(null, { status: 304 }), { body, headers: {} });
  expect([none.status, await none.text()]).toEqual([304, ""]);
});
