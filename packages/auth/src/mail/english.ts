import { formatLifetime } from "./format-lifetime.ts";
import type { MailTexts, WayBack } from "./mail-texts.ts";

/** Every mail in English. */
export function english(site: string): MailTexts {
  const lasts = (seconds: number) => `The link works once, for ${formatLifetime(seconds, "en")}.`;
  const ignore = "If it was not you, ignore this mail: nothing changes.";

  return {
    language: "en",
    direction: "ltr",
    confirmAddress: ({ url, lifetimeSeconds, username }) => ({
      subject: `Confirm your address for ${site}`,
      lines: [
        `Somebody made an account at ${site} with this address. If it was you, confirm that the address is yours.`,
        ...(username === null ? [] : [`The account is called ${username}.`]),
      ],
      action: { label: "Confirm the address", url },
      after: [
        lasts(lifetimeSeconds),
        "If you made no account, do not use the link: somebody else's account would get your address.",
      ],
    }),
    confirmAddressOfOne: ({ links, lifetimeSeconds }) => ({
      subject: `Confirm your address for ${site}`,
      lines: [
        `Several accounts at ${site} were made with this address. If one of them is yours, confirm the address for that one.`,
      ],
      actions: links.map(({ username, url }) => ({
        label: username === null ? "Confirm for another account" : `Confirm for the account ${username}`,
        url,
      })),
      after: [
        lasts(lifetimeSeconds),
        "Use no link of an account that you did not make: somebody else's account would get your address.",
      ],
    }),
    addressInUse: ({ signInUrl }) => ({
      subject: `You have an account at ${site} already`,
      lines: [
        `Somebody wanted to use this address for an account at ${site}. There is one with it already, so nothing was changed.`,
        "If it was you, sign in with the account you have; there you can also get a new password.",
      ],
      action: { label: "Sign in", url: signInUrl },
      after: [ignore],
    }),
    resetPassword: ({ url, lifetimeSeconds }) => ({
      subject: `A new password for ${site}`,
      lines: [`Somebody asked for a new password for your account at ${site}. If it was you, choose one here.`],
      action: { label: "Choose a new password", url },
      after: [lasts(lifetimeSeconds), "If it was not you, ignore this mail: your password stays as it is."],
    }),
    noPasswordHere: ({ signInUrl }) => ({
      subject: `Your account at ${site} has no password`,
      lines: [
        `Somebody asked for a new password for your account at ${site}. It has none: you sign in to it by another service.`,
      ],
      action: { label: "Sign in", url: signInUrl },
      after: [ignore],
    }),
    passwordChanged: ({ resetUrl, providers, removed }) => ({
      subject: `Your password for ${site} was changed`,
      lines: [
        `The password of your account at ${site} has just been changed. If it was you, there is nothing to do.`,
        ...(providers.length === 0
          ? []
          : [
              `The account is also opened by: ${providers.join(", ")}. What is not yours, disconnect on your account page.`,
            ]),
        ...(removed.length === 0
          ? []
          : [
              `${removed.join(", ")} opened the account before this address was confirmed, and opens it no more. ` +
                "Connect it again on your account page if it is yours.",
            ]),
      ],
      action: { label: "It was not me: get a new password", url: resetUrl },
    }),
    identityLinked: ({ provider, accountUrl }) => ({
      subject: `Your account at ${site} can be opened with ${provider}`,
      lines: [
        `An account at ${provider} was connected with your account at ${site}: whoever signs in to that one is in yours.`,
        "If it was you, there is nothing to do.",
      ],
      action: { label: "It was not me: look at the account", url: accountUrl },
      after: ["Disconnect it there, and choose a new password: whoever connected it was in your account."],
    }),
    identityUnlinked: ({ provider, accountUrl }) => ({
      subject: `Your account at ${site} is opened with ${provider} no more`,
      lines: [
        `An account at ${provider} was disconnected from your account at ${site}. If it was you, there is nothing to do.`,
      ],
      action: { label: "It was not me: look at the account", url: accountUrl },
    }),
    identityRemovedByAdmin: ({ provider }) => ({
      subject: `Your account at ${site} is opened with ${provider} no more`,
      lines: [
        `Those who run ${site} disconnected an account at ${provider} from yours. Whoever was signed in with it is signed out.`,
        `If you cannot sign in any more, or know nothing of it, turn to those who run ${site}.`,
      ],
    }),
    confirmNewAddress: ({ url, lifetimeSeconds, username }) => ({
      subject: `Confirm your new address for ${site}`,
      lines: [
        `Somebody wants to use this address for their account at ${site}. If it was you, confirm it.`,
        ...(username === null ? [] : [`The account is called ${username}.`]),
      ],
      action: { label: "Confirm the new address", url },
      after: [
        lasts(lifetimeSeconds),
        "If it was not you, do not use the link: somebody else's account would get your address.",
      ],
    }),
    addressChangeAsked: (wayBack) => ({
      subject: `Another address was asked for at ${site}`,
      lines: [
        `Your account at ${site} is to have another email address. It will, as soon as that address is confirmed.`,
        "If it was you, there is nothing to do.",
      ],
      ...notMe(wayBack),
    }),
    addressChanged: (wayBack) => ({
      subject: `Your address for ${site} was changed`,
      lines: [
        `Your account at ${site} has another email address now. This is the last mail to the old one.`,
        "If it was you, there is nothing to do.",
      ],
      ...notMe(wayBack),
    }),
    addressMoved: ({ url, lifetimeSeconds, before, after }) => ({
      subject: `This address went to another account at ${site}`,
      lines: [
        `This address was confirmed for ${after === null ? "an account" : `the account ${after}`} at ${site}. ` +
          `Until now ${before === null ? "another account" : `the account ${before}`} had it, without having confirmed it. ` +
          "That account goes on without this address.",
        "If that is right, or if you do not know the other account, there is nothing to do.",
        `If the other account is yours and is to keep the address: sign in to it first, then open this link in the same browser.`,
      ],
      action: { label: "Give the address back", url },
      after: [lasts(lifetimeSeconds)],
    }),
    addressRemoved: () => ({
      subject: `This address was taken off an account at ${site}`,
      lines: [
        `An account at ${site} was changed to this address. Whoever has its earlier address took that back.`,
        "It has the earlier one again, and this address no more. All devices were signed out.",
      ],
    }),
    addressChangedByAdmin: (link) => ({
      subject: `Your address for ${site} was changed`,
      lines: [
        `Those who run ${site} gave your account another email address. This is the last mail to the old one.`,
        "If you asked for it, there is nothing to do.",
      ],
      ...(link === null ? { after: [`If you know nothing of it, turn to those who run ${site}.`] } : notMe(link)),
    }),
    addressRestored: ({ url, lifetimeSeconds }) => ({
      subject: `Your account at ${site} has this address again`,
      lines: [
        "The change of your address was taken back. All devices were signed out, and the password works no more.",
        "Choose a new one here.",
      ],
      action: { label: "Choose a new password", url },
      after: [lasts(lifetimeSeconds)],
    }),
  };

  function notMe(wayBack: WayBack) {
    if (wayBack === null) {
      return {
        after: [`If it was not you, tell those who run ${site}. If you have no account there, ignore this mail.`],
      };
    }
    if (wayBack === "mailed-before")
      return { after: ["If it was not you, use the link in the mail we sent to your earlier address."] };
    return {
      action: { label: "It was not me: take it back", url: wayBack.url },
      after: [
        `The link works for ${formatLifetime(wayBack.lifetimeSeconds, "en")}. It restores this address and signs out all devices.`,
      ],
    };
  }
}
