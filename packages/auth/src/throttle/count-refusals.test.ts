import { expect, test } from "vitest";

import { defaultSettings } from "@countersign/contract";

import { createTestClock } from "../testing/test-clock.ts";

import { countRefusals } from "./count-refusals.ts";
import { createMemoryAttempts } from "./memory-attempts.ts";
import { createThrottle } from "./throttle.ts";

test("each attempt that is one too many is counted under what was tried, and those that are let in are not", async () => {
  const settings = { ...defaultSettings, LOGIN_ATTEMPTS: 3, REGISTER_ATTEMPTS: 2 };
  const counted = countRefusals(createThrottle(createMemoryAttempts(createTestClock()), settings));
  const { throttle, refusals } = counted;
  for (let tried = 0; tried < 5; tried += 1) await throttle.admitLogin("username ann", "192.0.2.1");
  for (let tried = 0; tried < 3; tried += 1) await throttle.admitRegistration("192.0.2.1");
  await throttle.admitStepUp("ann", "192.0.2.1");

  const mails = { reset: 0, verification: 0, emailChange: 0, mail: 0, reminder: 0, link: 0 };
  const none = { ...mails, stepUp: 0, providerStart: 0, providerReturn: 0, providerLogout: 0 };
  expect(refusals).toEqual({ ...none, login: 2, registration: 1 });
});
