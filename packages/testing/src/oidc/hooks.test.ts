import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import type { Claims } from "@countersign/auth";

import { pageOf } from "../test/start-oidc-app.ts";
import { startOidcWorld } from "../test/start-oidc-world.ts";

describeDatabases((dialect) => {
  test("what code of the app's decides by is all there is: the ID token and userinfo", async () => {
    const allow = (claims: Claims) => claims["department"] === "press";
    const mapGroups = (claims: Claims) => (claims["teams"] === "desk" ? ["staff"] : []);
    for (const [hooks, page] of [
      [{ allow }, /^\/auth\/error\?code=refused/],
      [{ mapGroups }, /^\/auth\/signed-in/],
    ] as const) {
      await using world = await startOidcWorld(dialect, { provider: hooks });
      const { app, idp } = world;
      await app.auth.rights.setGroup("staff", []);
      const saysAll = { email: "ann@example.com", name: "Ann" };
      idp.claims({ ...saysAll, department: "press" });
      idp.change("userinfo", { teams: "desk", department: "press" });
      const ann = await world.enter("ann");
      expect(await world.who(ann.cookie)).toBe("ann");
      const isStaff = (await app.http("staff", { method: "GET", cookie: ann.cookie })).status === 200;
      expect(isStaff).toBe("mapGroups" in hooks);
      // Only userinfo says it now, and says something else.
      idp.claims({ ...saysAll, department: undefined });
      idp.change("userinfo", { department: "none" });
      expect(pageOf((await world.enter("ann")).landing)).toMatch(page);
      idp.change("userinfo", { department: "press" });
      expect(pageOf((await world.enter("ann")).landing)).toMatch(/^\/auth\/signed-in/);
    }
  });
});
