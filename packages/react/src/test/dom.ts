import { cleanup } from "@testing-library/react";
import { Window } from "happy-dom";
import { afterEach } from "vitest";

// Only what React looks for. The rest stays Node's: its `fetch` and `WebSocket` reach the test's own server.
const window = new Window({ url: "https://app.example/notes?open=1#top" });
Object.assign(globalThis, {
  window,
  document: window.document,
  location: window.location,
  HTMLElement: window.HTMLElement,
});

afterEach(cleanup);
