import { FixtureBrowser } from "./fixture-browser.ts";
import { FixtureServer } from "./fixture-server.ts";

/** A server and a browser of its own. */
export async function startFixture() {
  const server = await new FixtureServer().start();
  return {
    server,
    state: server.state,
    browser: new FixtureBrowser(server),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
