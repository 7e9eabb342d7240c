import { existsSync } from "node:fs";

import { chromium } from "@playwright/test";

import { packagedBrowser } from "./packaged-browser.ts";

/** A browser and what its process needs in its environment. */
export interface Browser {
  readonly executablePath: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The browser for the tests: the one CHROMIUM_PATH names, else on Linux x64 the pinned one from npm, else one the
 * system has, else Playwright's own.
 *
 * @throws when there is none, with the cure.
 */
export async function findBrowser(places: Places = placesOfThisMachine()): Promise<Browser> {
  if (places.named !== undefined) {
    if (places.exists(places.named)) return { executablePath: places.named, env: {} };
    throw new Error(`CHROMIUM_PATH is "${places.named}", where there is nothing. Mend it, or unset it.`);
  }

  const packaged = await places.packaged();
  if (packaged) return packaged;

  const installed = [...places.system, places.playwrights].find((path) => places.exists(path));
  if (installed) return { executablePath: installed, env: {} };

  throw new Error(
    "There is no browser for the tests. Install Chrome or Chromium, or run `npx playwright install chromium`, " +
      "or set CHROMIUM_PATH to one.",
  );
}

/** Where to look, as arguments, so that each machine can be tested on one. */
export interface Places {
  readonly named: string | undefined;
  /** Unpacks the one from npm; null where there is none for this platform. */
  packaged(): Promise<Browser | null>;
  readonly system: readonly string[];
  readonly playwrights: string;
  exists(path: string): boolean;
}

function placesOfThisMachine(): Places {
  return {
    // An empty variable is an unset one.
    named: process.env["CHROMIUM_PATH"] || undefined,
    packaged: packagedBrowser,
    system: [
      "/usr/bin/chromium",
      "/usr/bin/chromium-browser",
      "/usr/bin/google-chrome",
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
      "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ],
    playwrights: chromium.executablePath(),
    exists: existsSync,
  };
}
