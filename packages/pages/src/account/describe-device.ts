import type { Messages } from "../messages.ts";

export interface Device {
  readonly name: string;
  readonly kind: "desktop" | "phone" | "terminal";
}

/**
 * A device in words, from its User-Agent: `Firefox on Linux`. Good enough to recognise one's own; it proves nothing, for
 * a client may call itself what it likes.
 */
export function describeDevice(userAgent: string | null, messages: Messages["device"]): Device {
  if (!userAgent) return { name: messages.unknown, kind: "desktop" };

  const browser = firstMatch(browsers, userAgent);
  const system = firstMatch(systems, userAgent);
  if (browser && system) return { name: messages.named(browser, system), kind: kindOf(system, userAgent) };
  if (browser ?? system) return { name: browser ?? system ?? "", kind: system ? kindOf(system, userAgent) : "desktop" };
  return { name: productOf(userAgent) ?? messages.unknown, kind: "terminal" };
}

type Patterns = ReadonlyArray<readonly [name: string, pattern: RegExp]>;

// In this order: Edge and Opera also call themselves Chrome, and everyone calls itself Safari.
const browsers: Patterns = [
  ["Edge", /\bEdg(?:e|A|iOS)?\//],
  ["Opera", /\bOPR\//],
  ["Samsung Internet", /\bSamsungBrowser\//],
  ["Firefox", /\b(?:Firefox|FxiOS)\//],
  ["Chrome", /\b(?:HeadlessChrome|Chrome|CriOS|Chromium)\//],
  ["Safari", /\bVersion\/[\d.]+.*\bSafari\//],
];

// Android calls itself Linux, and iPhones say "like Mac OS X".
const systems: Patterns = [
  ["Android", /\bAndroid\b/],
  ["iPhone", /\biPhone\b/],
  ["iPad", /\biPad\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["Windows", /\bWindows\b/],
  ["macOS", /\bMac OS X\b|\bMacintosh\b/],
  ["Linux", /\bLinux\b|\bX11\b/],
];

function firstMatch(patterns: Patterns, userAgent: string): string | null {
  return patterns.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? null;
}

function kindOf(system: string, userAgent: string): Device["kind"] {
  if (system === "iPhone") return "phone";
  return system === "Android" && /\bMobile\b/.test(userAgent) ? "phone" : "desktop";
}

/** What a program that is no browser calls itself: `curl` of `curl/8.1`. */
function productOf(userAgent: string): string | null {
  return /^[\w.-]{1,40}/.exec(userAgent)?.[0] ?? null;
}
