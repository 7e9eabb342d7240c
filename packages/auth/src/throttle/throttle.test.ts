import { expect, test } from "vitest";

import { defaultSettings } from "@countersign/contract";

import { createTestClock } from "../testing/test-clock.ts";

import { createMemoryAttempts } from "./memory-attempts.ts";
import { createThrottle, type Throttle } from "./throttle.ts";

const settings = { ...defaultSettings, LOGIN_ATTEMPTS: 3, LOGIN_WINDOW_SECONDS: 60, REGISTER_ATTEMPTS: 2 };
const [home, elsewhere] = ["192.0.2.1", "198.51.100.1"];

function createTestThrottle() {
  const clock = createTestClock();
  return { clock, throttle: createThrottle(createMemoryAttempts(clock), settings) };
}

async function fail(throttle: Throttle, account: string, ip: string, times: number): Promise<void> {
  for (let index = 0; index < times; index += 1) {
    expect(await throttle.admitLogin(account, ip)).toMatchObject({ status: "admitted" });
  }
}

async function succeed(throttle: Throttle, account: string, ip: string): Promise<void> {
  const admission = await throttle.admitLogin(account, ip);
  if (admission.status !== "admitted") throw new Error("The sign-in was refused.");
  admission.succeeded([account]);
}

test("RAT-01: an account that failed too often is limited from wherever; another account is not", async () => {
  const { throttle } = createTestThrottle();
  await fail(throttle, "username ann", home, 2);
  await fail(throttle, "username ann", elsewhere, 1);

  await expect(throttle.admitLogin("username ann", home)).resolves.toEqual({
    status: "limited",
    retryAfterSeconds: 60,
  });
  await expect(throttle.admitLogin("username ann", "203.0.113.9")).resolves.toMatchObject({ status: "limited" });
  await expect(throttle.admitLogin("username bob", home)).resolves.toMatchObject({ status: "admitted" });
});

test("RAT-02: the window passes exactly at its end, however often it was tried in between", async () => {
  const { throttle, clock } = createTestThrottle();
  await fail(throttle, "username ann", home, 3);

  clock.advance(59_999);
  await expect(throttle.admitLogin("username ann", home)).resolves.toEqual({ status: "limited", retryAfterSeconds: 1 });
  clock.advance(1);
  await fail(throttle, "username ann", home, 3);
  await expect(throttle.admitLogin("username ann", home)).resolves.toMatchObject({ status: "limited" });
});

test("RAT-04: one password tried on many accounts is limited by its address, and only there", async () => {
  const { throttle } = createTestThrottle();
  for (let index = 0; index < 30; index += 1) await fail(throttle, `username user${index}`, elsewhere, 1);

  await expect(throttle.admitLogin("username user99", elsewhere)).resolves.toMatchObject({ status: "limited" });
  await expect(throttle.admitLogin("username user99", home)).resolves.toMatchObject({ status: "admitted" });
});

test("RAT-08: moving within one IPv6 /64 does not help", async () => {
  const { throttle } = createTestThrottle();
  for (let index = 0; index < 30; index += 1)
    await fail(throttle, `username user${index}`, `2001:db8::${index + 1}`, 1);

  await expect(throttle.admitLogin("username ann", "2001:db8::ffff")).resolves.toMatchObject({ status: "limited" });
  await expect(throttle.admitLogin("username ann", "2001:db8:0:1::1")).resolves.toMatchObject({ status: "admitted" });
});

test("many at once do not slip through together", async () => {
  const { throttle } = createTestThrottle();

  const admissions = await Promise.all(Array.from({ length: 20 }, () => throttle.admitLogin("username ann", home)));

  expect(admissions.filter(({ status }) => status === "admitted")).toHaveLength(3);
});

test("success starts the account's count anew, and takes only itself off the address's count", async () => {
  const { throttle } = createTestThrottle();
  await fail(throttle, "username ann", home, 2);
  await succeed(throttle, "username ann", home);
  await fail(throttle, "username ann", home, 3);
  await expect(throttle.admitLogin("username ann", home)).resolves.toMatchObject({ status: "limited" });

  // Five failures so far: an attacker with an account of his own can't clear the address by signing in.
  for (let index = 0; index < 25; index += 1) await fail(throttle, `username user${index}`, home, 1);
  await expect(throttle.admitLogin("username mallory", home)).resolves.toMatchObject({ status: "limited" });
});

test("a cancelled attempt does not count", async () => {
  const { throttle } = createTestThrottle();
  for (let index = 0; index < 50; index += 1) {
    const admission = await throttle.admitLogin("username ann", home);
    expect(admission.status).toBe("admitted");
    if (admission.status === "admitted") admission.cancelled();
  }
});

test("attackers elsewhere do not lock a user out of an address the user signed in from before", async () => {
  const { throttle, clock } = createTestThrottle();
  await succeed(throttle, "username ann", home);
  await fail(throttle, "username ann", elsewhere, 3);
  await expect(throttle.admitLogin("username ann", elsewhere)).resolves.toMatchObject({ status: "limited" });

  await succeed(throttle, "username ann", home);

  // That address has a limit of its own, and is not known for ever, nor for other accounts.
  await fail(throttle, "username ann", home, 3);
  await expect(throttle.admitLogin("username ann", home)).resolves.toMatchObject({ status: "limited" });
  await fail(throttle, "username bob", elsewhere, 3);
  await expect(throttle.admitLogin("username bob", home)).resolves.toMatchObject({ status: "limited" });
  clock.advance(31 * 86_400_000);
  await fail(throttle, "username ann", elsewhere, 3);
  await expect(throttle.admitLogin("username ann", home)).resolves.toMatchObject({ status: "limited" });
});

test("registrations are limited by address within an hour", async () => {
  const { throttle, clock } = createTestThrottle();
  for (const _ of [1, 2]) await throttle.admitRegistration(home);

  await expect(throttle.admitRegistration(home)).resolves.toEqual({ status: "limited", retryAfterSeconds: 3600 });
  await expect(throttle.admitRegistration(elsewhere)).resolves.toMatchObject({ status: "admitted" });
  clock.advance(3_600_000);
  await expect(throttle.admitRegistration(home)).resolves.toMatchObject({ status: "admitted" });
});

test("RAT-05: at most five windows of failures of one account in an hour; then the wait is no longer than that, and a known address is spared", async () => {
  const { throttle, clock } = createTestThrottle();
  await succeed(throttle, "username ann", home);
  for (let window = 0; window < 5; window += 1) {
    await fail(throttle, "username ann", elsewhere, 3);
    clock.advance(60_000);
  }

  const limited = await throttle.admitLogin("username ann", "203.0.113.9");
  expect(limited).toMatchObject({ status: "limited" });
  expect((limited as { retryAfterSeconds: number }).retryAfterSeconds).toBe(3600 - 300);
  await expect(throttle.admitLogin("username bob", "203.0.113.9")).resolves.toMatchObject({ status: "admitted" });
  await succeed(throttle, "username ann", home);
  // Her sign-in starts the count anew for all.
  await fail(throttle, "username ann", elsewhere, 3);
});

test("RAT-05: nobody is locked out for longer than an hour, wherever the guesses came from", async () => {
  const { throttle, clock } = createTestThrottle();
  for (let index = 0; index < 40; index += 1) {
    await throttle.admitLogin("username ann", `198.51.${index}.1`);
    clock.advance(30_000);
  }
  await expect(throttle.admitLogin("username ann", home)).resolves.toMatchObject({ status: "limited" });
  clock.advance(3_600_000);
  await succeed(throttle, "username ann", home);
});

test("a known address is known to other replicas, and after a restart", async () => {
  const clock = createTestClock();
  const store = createMemoryAttempts(clock);
  await succeed(createThrottle(store, settings), "username ann", home);
  const restarted = createThrottle(store, settings);
  await fail(restarted, "username ann", elsewhere, 3);
  await expect(restarted.admitLogin("username ann", elsewhere)).resolves.toMatchObject({ status: "limited" });
  await succeed(restarted, "username ann", home);
});

test("a signed-in user's password is guessed no oftener than at the sign-in page; another user's count is another", async () => {
  const { throttle, clock } = createTestThrottle();
  for (const _ of [1, 2, 3]) expect(await throttle.admitStepUp("ann", home)).toMatchObject({ status: "admitted" });
  expect(await throttle.admitStepUp("ann", home)).toEqual({ status: "limited", retryAfterSeconds: 60 });
  expect(await throttle.admitStepUp("ann", elsewhere)).toMatchObject({ status: "limited" });

  const bob = await throttle.admitStepUp("bob", home);
  if (bob.status === "limited") throw new Error("Bob was limited for Ann.");
  bob.succeeded();
  expect(await throttle.admitLogin("username ann", home)).toMatchObject({ status: "admitted" });
  clock.advance(60_000);
  for (const _ of [1, 2]) expect(await throttle.admitStepUp("ann", home)).toMatchObject({ status: "admitted" });
  const right = await throttle.admitStepUp("ann", home);
  if (right.status === "limited") throw new Error("Two failures were counted as three.");
  right.succeeded();
  for (const _ of [1, 2, 3]) expect(await throttle.admitStepUp("ann", home)).toMatchObject({ status: "admitted" });
});

test("RAT-14: mails are asked for by name and by address within an hour, whoever's the name is; links are used, and providers returned from, by address", async () => {
  const { throttle, clock } = createTestThrottle();
  for (const kind of ["admitReset", "admitVerification", "admitEmailChange"] as const) {
    for (let index = 0; index < settings.MAILS_PER_ADDRESS; index += 1) {
      expect(await throttle[kind]("email ann@example.com", `192.0.2.${index + 10}`)).toMatchObject({
        status: "admitted",
      });
    }
    expect(await throttle[kind]("email ann@example.com", "192.0.2.99")).toEqual({
      status: "limited",
      retryAfterSeconds: 3600,
    });
    expect(await throttle[kind]("email bob@example.com", home)).toMatchObject({ status: "admitted" });
    expect(await throttle[kind]("email cid@example.com", home)).toMatchObject({ status: "admitted" });
    expect(await throttle[kind]("email dan@example.com", home)).toMatchObject({ status: "limited" });
  }
  for (const kind of ["admitLink", "admitProviderReturn"] as const) {
    for (let index = 0; index < 30; index += 1)
      expect(await throttle[kind](elsewhere)).toMatchObject({ status: "admitted" });
    expect(await throttle[kind](elsewhere)).toMatchObject({ status: "limited" });
    expect(await throttle[kind](home)).toMatchObject({ status: "admitted" });
  }
  clock.advance(3_600_000);
  expect(await throttle.admitReset("email ann@example.com", home)).toMatchObject({ status: "admitted" });
});

test("what people type as their name is not kept", async () => {
  const keys: string[] = [];
  const store = createMemoryAttempts(createTestClock());
  const watched: typeof store = {
    update(names, change) {
      keys.push(...names);
      return store.update(names, change);
    },
    updateSoon: (names, change) => watched.update(names, change),
    flush: () => store.flush(),
    prune: () => store.prune(),
  };
  await createThrottle(watched, settings).admitLogin("username my password, by mistake", "192.0.2.77");
  expect(keys.length).toBeGreaterThan(3);
  expect(keys.join(" ")).not.toMatch(/mistake|192\.0\.2\.77/);
  expect(Math.max(...keys.map(({ length }) => length))).toBeLessThan(64);
});
