import type { CustomFetchOptions } from "openid-client";

/**
 * A failure's words go to the log, and some providers say in them what they were asked with. Whatever of the request is not known
 * to be harmless is taken out of the answer, in the spellings it may come back in. An answer that is no failure stays as it is.
 */
export async function hideSecrets(
  answer: Response,
  asked: Pick<CustomFetchOptions, "body" | "headers">,
): Promise<Response> {
  if (answer.status === 200) return answer;
  const secrets = findSecrets(asked);
  const said = await answer.text();
  const { status, headers } = answer;
  return new Response(said === "" ? null : hideIn(said, secrets), { status, headers });
}

const harmless = new Set(["grant_type", "client_id", "redirect_uri", "scope", "token_type_hint"]);
/** What is decided by stays itself, were the client's secret "grant" (RFC 6749 §5.2). */
const codes = new Set(
  "invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type invalid_scope".split(" "),
);

/** The longest first: one may be part of another. */
function findSecrets({ body, headers }: Pick<CustomFetchOptions, "body" | "headers">): readonly string[] {
  const sent = body instanceof URLSearchParams ? [...body] : [];
  const values = sent.flatMap(([name, value]) => (harmless.has(name) ? [] : [value]));
  const found = [...values, ...findCredentials(headers)].flatMap(spell);
  return [...new Set(found)].filter((secret) => secret !== "").toSorted((one, other) => other.length - one.length);
}

/** RFC 6749 §2.3.1: name and secret are encoded as in forms before they are put together. */
function findCredentials(headers: CustomFetchOptions["headers"]): readonly string[] {
  const [, scheme = "", credentials = ""] = /^(\S+) (.*)$/.exec(new Headers(headers).get("authorization") ?? "") ?? [];
  if (scheme.toLowerCase() !== "basic") return [credentials];
  const decoded = Buffer.from(credentials, "base64").toString();
  const secret = decoded.slice(decoded.indexOf(":") + 1);
  return [credentials, ...new URLSearchParams(`secret=${secret}`).values()];
}

/** As it is, and as it stands in a form or in a URL. */
function spell(secret: string): readonly string[] {
  return [secret, new URLSearchParams({ secret }).toString().slice("secret=".length), encodeURIComponent(secret)];
}

function hideIn(said: string, secrets: readonly string[]): string {
  const hide = (text: string) =>
    codes.has(text) ? text : secrets.reduce((left, secret) => left.replaceAll(secret, "[hidden]"), text);
  try {
    // As it will be read: JSON has several spellings of one text.
    return JSON.stringify(
      JSON.parse(said, (_name, value: unknown) => (typeof value === "string" ? hide(value) : value)),
    );
  } catch {
    // No JSON, or one that is too deep to be walked through.
    return hide(said);
  }
}
