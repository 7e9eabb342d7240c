export { LiveView } from "./live-view.ts";
export { RawSocket, type RawFrame, type RawSocketOptions } from "./raw-socket.ts";
export { startTestApp, type HttpCall, type TestApp, type TestAppOptions, type TestUser } from "./test-app.ts";
