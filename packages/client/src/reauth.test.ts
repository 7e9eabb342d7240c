import { expect, test, vi } from "vitest";

import { failureOf } from "./test/failure-of.ts";
import { startFixture } from "./test/start-fixture.ts";

for (const name of ["fresh", "freshOverHttp"] as const) {
  test(`a mutation refused with REAUTH is made again once the person has confirmed who they are (${name})`, async () => {
    await using fixture = await startFixture();
    using tab = fixture.browser.signIn("ann").openTab({ httpPaths: ["work.freshOverHttp"], callDeadlineMs: 1000 });
    await tab.shows("ann");
    let asked = 0;
    tab.client.onReauth(async () => {
      asked += 1;
      // Longer than the deadline: the person may take their time.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await tab.rpc.auth.rotate.mutate();
      fixture.state.count("stepUp");
      return true;
    });

    await expect(tab.rpc.work[name].mutate({ key: "deed" })).resolves.toBe("deed by ann");

    expect(asked).toBe(1);
    expect(fixture.state.executions.get("deed")).toBe(1);
  });

  test(`a call that is still refused afterwards is refused for good: nobody is asked twice (${name})`, async () => {
    await using fixture = await startFixture();
    using tab = fixture.browser.signIn("ann").openTab({ httpPaths: ["work.freshOverHttp"] });
    const ask = vi.fn<() => Promise<boolean>>().mockResolvedValue(true);
    tab.client.onReauth(ask);

    await expect(tab.rpc.work[name].mutate({ key: "deed" })).rejects.toMatchObject({ data: { reason: "REAUTH" } });

    expect(ask).toHaveBeenCalledTimes(1);
  });

  test(`who does not confirm, or cannot be asked, gets the refusal (${name})`, async () => {
    await using fixture = await startFixture();
    using tab = fixture.browser.signIn("ann").openTab({ httpPaths: ["work.freshOverHttp"] });
    await expect(tab.rpc.work[name].mutate({ key: "deed" })).rejects.toMatchObject({ data: { reason: "REAUTH" } });

    const stop = tab.client.onReauth(async () => false);
    await expect(tab.rpc.work[name].mutate({ key: "deed" })).rejects.toMatchObject({ data: { reason: "REAUTH" } });
    stop();
    expect(fixture.state.executions.get("deed")).toBeUndefined();
  });

  test(`a call that waits for the person fails when somebody else is signed in meanwhile (${name})`, async () => {
    await using fixture = await startFixture();
    using tab = fixture.browser.signIn("ann").openTab({ httpPaths: ["work.freshOverHttp"] });
    await tab.shows("ann");
    const answer = Promise.withResolvers<boolean>();
    const ask = vi.fn<() => Promise<boolean>>().mockReturnValue(answer.promise);
    tab.client.onReauth(ask);
    const failure = failureOf(tab.rpc.work[name].mutate({ key: "deed" }));
    await vi.waitFor(() => expect(ask).toHaveBeenCalled());

    await tab.client.auth.login({ login: "bob", password: "right" });
    fixture.state.count("stepUp");
    answer.resolve(true);

    await expect(failure).resolves.toMatchObject({ kind: "identity-changed", outcome: "not-sent" });
    expect(fixture.state.executions.get("deed")).toBeUndefined();
  });
}

test("what a page asks by itself opens no dialog", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  const ask = vi.fn<() => Promise<boolean>>().mockResolvedValue(true);
  tab.client.onReauth(ask);

  await expect(tab.rpc.work.freshQuery.query()).rejects.toMatchObject({ data: { reason: "REAUTH" } });

  expect(ask).not.toHaveBeenCalled();
});
