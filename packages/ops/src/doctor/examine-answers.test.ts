import { expect, test } from "vitest";

import { examineHeaders, examinePlainHttp, examineReach, examineReadiness } from "./examine-answers.ts";
import type { HttpAnswer } from "./http-probe.ts";

// What needs certificates or a site of its own port 80. The rest is tried against a real system: see examine-system.test.ts.
const site = new URL("https://app.example.com");
const policy = "default-src 'self'; connect-src 'self' wss://app.example.com; object-src 'none'";

test("what protects pages over https is missed when it does not arrive, or holds for too short", () => {
  const statusOf = (headers: Record<string, string>) =>
    examineHeaders(site, { ...answered(200, "", headers) }).map(({ id, status }) => `${id} ${status}`);
  const hsts = "max-age=31536000; includeSubDomains";

  expect(statusOf({ "content-security-policy": policy, "strict-transport-security": hsts })).toEqual([
    "public-url ok",
    "hsts ok",
  ]);
  expect(statusOf({ "content-security-policy": policy })).toEqual(["public-url ok", "hsts warning"]);
  expect(statusOf({ "content-security-policy": policy, "strict-transport-security": "max-age=3600" })).toEqual([
    "public-url ok",
    "hsts warning",
  ]);
  expect(statusOf({ "strict-transport-security": hsts })).toEqual(["public-url error", "hsts ok"]);
  const plain = policy.replace("wss:", "ws:");
  expect(statusOf({ "content-security-policy": plain, "strict-transport-security": hsts })).toEqual([
    "public-url error",
    "hsts ok",
  ]);
});

test("plain http may lead to https or be closed, and nothing else", () => {
  const statusOf = (answer: HttpAnswer) => examinePlainHttp(answer).status;
  expect(statusOf(answered(301, "", { location: "https://app.example.com/" }))).toBe("ok");
  expect(statusOf({ fault: "ECONNREFUSED" })).toBe("ok");
  expect(statusOf(answered(301, "", { location: "http://app.example.com/login" }))).toBe("warning");
  expect(statusOf(answered(200, "<!doctype html>"))).toBe("warning");
});

test("each way of not answering has its cure", () => {
  const cureOf = (fault: string) => examineReach(site, { fault }).cure;
  expect(cureOf("CERT_HAS_EXPIRED")).toMatch(/Renew/);
  for (const fault of [
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  ]) {
    expect(cureOf(fault), fault).toMatch(/NODE_EXTRA_CA_CERTS/);
  }
  expect(cureOf("ERR_SSL_WRONG_VERSION_NUMBER")).toMatch(/no TLS/);
  expect(cureOf("ETIMEDOUT")).toMatch(/firewalls/);
  expect(cureOf("ENOTFOUND")).toMatch(/DNS/);
  expect(cureOf("ECONNRESET")).toMatch(/log/);
});

test("pages of another program are not taken for the server", () => {
  expect(examineReach(site, answered(200, '{"status":"ok"}'))).toMatchObject({ status: "ok" });
  expect(examineReach(site, answered(200, "<h1>It works!</h1>"))).toMatchObject({ status: "error" });
  expect(examineReach(site, answered(404, '{"status":"ok"}'))).toMatchObject({ status: "error" });
});

test("a server that is not ready is told from one that is", () => {
  expect(examineReadiness(answered(200, ""))).toMatchObject({ status: "ok" });
  expect(examineReadiness(answered(503, ""))).toMatchObject({ status: "error" });
  expect(examineReadiness({ fault: "ETIMEDOUT" })).toMatchObject({ status: "error" });
});

function answered(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): Extract<HttpAnswer, { status: number }> {
  return { status, body, headers, receivedAt: 0 };
}
