import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { signInWith } from "../identity-provider/sign-in-with.ts";
import { startBoth } from "../test/start-oidc-app.ts";

describeDatabases((dialect) => {
  test("OID-01: happy path new user → account with (issuer, sub), session, return path honoured", async () => {
    await using both = await startBoth(dialect);
    const { app, idp } = both;

    const ann = await signInWith(idp, "ann", { app: app.url, as: "idp", start: { returnTo: "/tasks?open=1" } });

    expect(app.logged).toEqual([]);
    expect(ann.landing.url).toBe(`${app.url}/auth/signed-in?to=%2Ftasks%3Fopen%3D1`);
    const who = await app.http("who", { method: "GET", cookie: ann.cookie });
    expect(await who.json()).toMatchObject({ result: { data: "ann" } });
  });
});
