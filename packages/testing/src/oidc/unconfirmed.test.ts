import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { errorOf, pageOf } from "../test/start-oidc-app.ts";
import { localPassword as password, startOidcWorld, tokenIn } from "../test/start-oidc-world.ts";

const required = { EMAIL_VERIFICATION: "required" } as const;
const nobody = { ip: null, userAgent: null, presented: null };

describeDatabases((dialect) => {
  test("an account that waits for its address and goes void takes the identity along that it was made with", async () => {
    await using world = await startOidcWorld(dialect, {
      settings: required,
      idp: { users: [{ name: "eve", email: "victim@example.com", emailVerified: false }, { name: "bob" }] },
    });
    const { app } = world;
    const eve = await world.enter("eve");
    const id = new URL(eve.landing.url).searchParams.get("t");
    await eve.browser.mutate(app.url, "auth.oidc.complete", { id, username: "trojan" });
    expect(await world.identities()).toHaveLength(1);
    await app.takeMails();
    expect(errorOf((await world.enter("eve")).landing)).toBe("unverified");
    await app.takeMails();

    // The owner of the address registers, and confirms it.
    const input = { username: "own", email: "victim@example.com", password };
    expect((await app.auth.accounts.register(input, nobody)).status).toBe("made");
    const [mail] = await app.takeMails();
    expect((await app.auth.links.verifyEmail({ token: tokenIn(mail) }, nobody)).status).toBe("verified");

    expect(await world.userOf("trojan")).toMatchObject({ email: null, emailKey: null });
    expect(await world.identities()).toEqual([]);
    // Nobody is in by it: it is asked anew what the account is to be called.
    const again = await world.enter("eve");
    expect(pageOf(again.landing)).toMatch(/^\/auth\/continue\?t=/);
    expect(await world.who(again.cookie)).toBeNull();
    await app.auth.audit.flush();
    const unlinked = await app.auth.audit.list({ limit: 100, action: "account.identity.unlink" });
    expect(unlinked).toMatchObject([{ reason: "void", subjectName: "trojan", details: { provider: "idp" } }]);
  });

  test("where addresses are confirmed first, an account without one is entered only with one that the provider verified", async () => {
    await using world = await startOidcWorld(dialect, { settings: required });
    const { app, idp } = world;
    const ann = await world.enter("ann");
    expect(await world.who(ann.cookie)).toBe("ann");
    const { users } = app.db.tables;
    await app.db.update(users).set({ email: null, emailKey: null, emailVerifiedAt: null });

    for (const verified of [false, undefined, "true"]) {
      idp.claims({ email_verified: verified });
      idp.change("userinfo", { email_verified: verified });
      expect([verified, errorOf((await world.enter("ann")).landing)]).toEqual([verified, "unverified"]);
    }
    idp.honest();
    expect(pageOf((await world.enter("ann")).landing)).toBe("/auth/signed-in?to=%2F");
  });

  test("whoever is told that the address is to be confirmed gets another mail, once within the window of sign-ins", async () => {
    await using world = await startOidcWorld(dialect, {
      settings: required,
      idp: { users: [{ name: "ann", emailVerified: false }, { name: "bob" }] },
    });
    const { app } = world;
    const ann = await world.enter("ann");
    const id = new URL(ann.landing.url).searchParams.get("t");
    await ann.browser.mutate(app.url, "auth.oidc.complete", { id, username: "ann" });
    expect(await app.takeMails()).toHaveLength(1);

    expect(errorOf((await world.enter("ann")).landing)).toBe("unverified");
    const [mail] = await app.takeMails();
    expect(mail).toMatchObject({ to: "ann@example.com" });
    expect(errorOf((await world.enter("ann")).landing)).toBe("unverified");
    expect(await app.takeMails()).toEqual([]);

    expect((await app.auth.links.verifyEmail({ token: tokenIn(mail) }, nobody)).status).toBe("verified");
    expect(pageOf((await world.enter("ann")).landing)).toBe("/auth/signed-in?to=%2F");
  });
});
