import type { Throttle } from "./throttle.ts";

/** What a throttle refused since the start, by what was asked of it. */
export type ThrottleRefusals = Readonly<typeof none>;

const none = {
  login: 0,
  registration: 0,
  stepUp: 0,
  reset: 0,
  verification: 0,
  emailChange: 0,
  mail: 0,
  reminder: 0,
  link: 0,
  providerStart: 0,
  providerReturn: 0,
  providerLogout: 0,
};

/** The same throttle, and how often it refused. */
export function countRefusals(throttle: Throttle): {
  readonly throttle: Throttle;
  readonly refusals: ThrottleRefusals;
} {
  const refusals = { ...none };

  async function count<Answer extends { readonly status: string }>(
    question: keyof ThrottleRefusals,
    asked: Promise<Answer>,
  ): Promise<Answer> {
    const answer = await asked;
    if (answer.status === "limited") refusals[question] += 1;
    return answer;
  }

  return {
    refusals,
    throttle: {
      admitLogin: (account, ip) => count("login", throttle.admitLogin(account, ip)),
      admitRegistration: (ip) => count("registration", throttle.admitRegistration(ip)),
      admitStepUp: (userId, ip) => count("stepUp", throttle.admitStepUp(userId, ip)),
      admitReset: (account, ip) => count("reset", throttle.admitReset(account, ip)),
      admitVerification: (account, ip) => count("verification", throttle.admitVerification(account, ip)),
      admitEmailChange: (userId, ip) => count("emailChange", throttle.admitEmailChange(userId, ip)),
      admitMail: (kind, email, ip) => count("mail", throttle.admitMail(kind, email, ip)),
      admitReminder: (userId) => count("reminder", throttle.admitReminder(userId)),
      admitLink: (ip) => count("link", throttle.admitLink(ip)),
      admitProviderStart: (ip) => count("providerStart", throttle.admitProviderStart(ip)),
      admitProviderReturn: (ip) => count("providerReturn", throttle.admitProviderReturn(ip)),
      admitProviderLogout: (ip, token) => count("providerLogout", throttle.admitProviderLogout(ip, token)),
      flush: () => throttle.flush(),
      prune: () => throttle.prune(),
    },
  };
}
