import { expect, test, vi } from "vitest";

import { SessionSocket, type SocketOwner } from "./session-socket.ts";

test("an answer to the watchdog is not taken for one to tRPC's own PING, which says that a socket is drained", () => {
  vi.useFakeTimers();
  const { inner, socket, heard } = openSocket();

  vi.advanceTimersByTime(25_000);
  socket.send("PING");
  expect(inner.sent.filter((frame) => frame === "PING")).toHaveLength(2);
  inner.receive("PONG");
  expect(heard).toEqual([]);

  inner.receive("PONG");
  expect(heard).toEqual(["PONG"]);
  vi.useRealTimers();
});

test("its first frame asks whose it is; what is held follows only when it is released", () => {
  const { inner, socket } = openSocket();
  expect(inner.sent).toEqual([expect.stringContaining("session.snapshot")]);

  socket.hold();
  socket.send("call");
  socket.send("PONG");
  expect(inner.sent.slice(1)).toEqual(["PONG"]);

  socket.release();
  socket.send("next");
  expect(inner.sent.slice(1)).toEqual(["PONG", "call", "next"]);
});

test("what is held on a socket that is given up is never sent", () => {
  const { inner, socket } = openSocket();
  socket.hold();
  socket.send("call");

  socket.abandon("wrong one");
  socket.release();

  expect(inner.sent).toHaveLength(1);
});

test("a socket that is given up is closed for tRPC at once, whatever arrives later", () => {
  const { inner, socket, heard, closes } = openSocket();

  socket.abandon("silent");
  inner.receive('{"id":1,"result":{"type":"data","data":1}}');
  inner.fire(Object.assign(new Event("close"), { code: 1000, reason: "" }));

  expect(closes).toEqual([1006]);
  expect(heard).toEqual([]);
});

test("one that never opened tells of an error first, as tRPC's client waits for it", () => {
  vi.useFakeTimers();
  const { socket } = createSocket();
  const events: string[] = [];
  for (const type of ["error", "close"]) socket.addEventListener(type, () => events.push(type));

  vi.advanceTimersByTime(10_000);

  expect(events).toEqual(["error", "close"]);
  vi.useRealTimers();
});

function openSocket() {
  const made = createSocket();
  made.inner.readyState = 1;
  made.inner.fire(new Event("open"));
  return made;
}

function createSocket() {
  const inner = new FakeWebSocket();
  const owner: SocketOwner = {
    created: () => {},
    opened: () => {},
    identified: () => {},
    keeps: () => false,
    closed: () => {},
    report: () => {},
  };
  const timing = { openMs: 10_000, silenceMs: 25_000, answerMs: 8_000, handOverMs: 1_000 };
  // It has what a session socket uses of a WebSocket.
  const socket = new SessionSocket(inner as unknown as WebSocket, owner, timing);
  const heard: unknown[] = [];
  const closes: unknown[] = [];
  socket.addEventListener("message", (event) => heard.push((event as MessageEvent).data));
  socket.addEventListener("close", (event) => closes.push((event as CloseEvent).code));
  return { inner, socket, heard, closes };
}

/** A socket of a browser, whose network is the test. */
class FakeWebSocket extends EventTarget {
  readyState = 0;
  readonly sent: string[] = [];

  send(frame: string): void {
    this.sent.push(frame);
  }

  close(): void {
    this.readyState = 2;
  }

  receive(data: string): void {
    this.fire(new MessageEvent("message", { data }));
  }

  fire(event: Event): void {
    this.dispatchEvent(event);
  }
}
