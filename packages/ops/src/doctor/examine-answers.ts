import type { HttpAnswer } from "./http-probe.ts";
import { broken, doubtful, type Symptom, well } from "./symptom.ts";

type Answered = Extract<HttpAnswer, { status: number }>;

/** Was `/healthz` answered, and by a server of ours? */
export function examineReach(site: URL, answer: HttpAnswer): Symptom {
  const id = "reachable";
  if ("fault" in answer) return broken(id, `${site.origin} does not answer (${answer.fault}).`, cureOf(answer.fault));
  if (answer.status === 200 && /"status"\s*:\s*"ok"/.test(answer.body)) return well(id, `${site.origin} answers.`);
  if ([502, 503, 504].includes(answer.status)) {
    return broken(
      id,
      `The proxy answers ${answer.status}: it does not reach the server.`,
      "Compare the address it forwards to with HOST and PORT, and see whether the server runs.",
    );
  }
  return broken(
    id,
    `/healthz is answered with ${answer.status}, not by this server.`,
    "See to it that the proxy forwards every path to the server.",
  );
}

/** May the server take traffic? */
export function examineReadiness(answer: HttpAnswer): Symptom {
  const id = "ready";
  if ("status" in answer && answer.status === 200) return well(id, "The server is ready, and its database answers.");
  const seen = "status" in answer ? String(answer.status) : answer.fault;
  return broken(
    id,
    `/readyz is answered with ${seen}.`,
    "The database does not answer, or the server is about to stop: its log says which.",
  );
}

/** How far apart are the server's clock and this machine's? HTTP tells whole seconds. */
export function examineClock({ headers, receivedAt }: Answered): Symptom {
  const id = "clock";
  const told = Date.parse(headers.date ?? "");
  if (Number.isNaN(told)) return doubtful(id, "The answer has no Date.", "See to it that the proxy leaves it in.");
  // The second it names has begun at most a second ago.
  const aheadMs = told + 500 - receivedAt;
  if (Math.abs(aheadMs) <= 3000) return well(id, "The server's clock and this machine's agree.");
  const by = `${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? "ahead of" : "behind"}`;
  return doubtful(
    id,
    `The server's clock is ${by} this machine's.`,
    "Let both follow the same time servers (NTP): cookies, links in mails and sessions end by it.",
  );
}

/** Do the answers of the server reach the browser with what protects pages? And what does the server take for its address? */
export function examineHeaders(site: URL, { headers }: Answered): readonly Symptom[] {
  return [
    examinePolicy(site, headers["content-security-policy"]),
    examineTransport(site, headers["strict-transport-security"]),
  ];
}

function examinePolicy(site: URL, header: string | string[] | undefined): Symptom {
  const id = "public-url";
  const policy = String(header ?? "");
  const [, scheme, host] = /connect-src[^;]* (wss?):\/\/([^\s;]+)/.exec(policy) ?? [];
  if (scheme === undefined || host === undefined) {
    return broken(
      id,
      "The Content-Security-Policy of the server does not arrive.",
      "See to it that the proxy leaves the server's headers as they are.",
    );
  }
  const publicUrl = `${scheme === "wss" ? "https" : "http"}://${host}`;
  if (publicUrl === site.origin) return well(id, `The server's PUBLIC_URL is ${publicUrl}.`);
  return broken(
    id,
    `The server's PUBLIC_URL is ${publicUrl}, and it is reached as ${site.origin}: cookies, allowed origins and links in mails are made for the former.`,
    `Write PUBLIC_URL=${site.origin}, or open the address it has.`,
  );
}

function examineTransport(site: URL, header: string | undefined): Symptom {
  const id = "hsts";
  if (site.protocol !== "https:") {
    return doubtful(id, "The site is plain http.", "Fine on this machine; elsewhere put TLS before it.");
  }
  const seconds = Number(/max-age=(\d+)/.exec(header ?? "")?.[1] ?? 0);
  if (seconds >= 31_536_000) return well(id, "Browsers are told to use https only.");
  return doubtful(
    id,
    header === undefined
      ? "Strict-Transport-Security does not arrive."
      : `Strict-Transport-Security holds for ${seconds} s only.`,
    "Write an https PUBLIC_URL, and let the proxy leave the header as it is.",
  );
}

/** Is the Host that arrives at the server one it knows? */
export function examineHost(site: URL, answer: HttpAnswer): Symptom {
  const id = "host";
  if ("status" in answer && answer.status === 400 && answer.body.includes("Host")) {
    return broken(
      id,
      "The server refuses the Host that arrives there.",
      `Let the proxy pass the Host on as it is (${site.host}), and write PUBLIC_URL=${site.origin}.`,
    );
  }
  return well(id, "The server knows the Host that arrives there.");
}

/** What is asked over plain http must not be answered with the app. */
export function examinePlainHttp(answer: HttpAnswer): Symptom {
  const id = "plain-http";
  if ("fault" in answer) return well(id, "Plain http is not served.");
  const isRedirect =
    answer.status >= 300 && answer.status < 400 && (answer.headers.location ?? "").startsWith("https:");
  if (isRedirect) return well(id, "Plain http leads to https.");
  return doubtful(
    id,
    `Plain http is answered with ${answer.status}.`,
    "Let the proxy answer it with a redirect to https, or not at all.",
  );
}

function cureOf(fault: string): string {
  if (/^(?:ENOTFOUND|EAI_AGAIN)$/.test(fault))
    return "The name is not known here: correct the address, or its DNS record.";
  if (fault === "ECONNREFUSED") return "Nobody listens there: start the proxy or the server, or correct the port.";
  if (fault === "ETIMEDOUT") return "Nothing came back: look at firewalls, and whether the proxy reaches the server.";
  if (fault === "CERT_HAS_EXPIRED") return "Renew the certificate.";
  if (/CERT|SELF_SIGNED|ALTNAME|UNABLE_TO/.test(fault)) {
    return "Browsers refuse this certificate too. For one of your own authority, name it in NODE_EXTRA_CA_CERTS.";
  }
  if (/SSL|EPROTO/.test(fault)) return "There is no TLS at that port: correct scheme or port.";
  return "See whether the server runs, and what stands in its log and in the proxy's.";
}
