/** Where mails are handed in, read from `smtp://` or `smtps://`. Holds a password: not for printing. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps`). */
  readonly isSecure: boolean;
  /** Without TLS nothing is sent: mailed links open accounts. */
  readonly isTlsRequired: boolean;
  readonly user: string | null;
  readonly password: string | null;
}

/**
 * Reads `smtps://user:password@host:port`, or `smtp://…` for a server that changes to TLS by STARTTLS. A server on this
 * machine may do without; for another one in a private network that cannot, write `smtp://host?tls=optional`.
 *
 * Returns the message that says what is wrong, which repeats nothing of it.
 */
export function parseSmtpUrl(text: string): SmtpServer | { readonly fault: string } {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === "") return { fault: shape };
  const options = [...url.searchParams];
  const isOptional = options.length === 1 && options[0]?.join("=") === "tls=optional";
  if ((options.length > 0 && !isOptional) || !/^\/?$/.test(url.pathname) || url.hash !== "") return { fault: shape };

  const user = decode(url.username);
  const password = decode(url.password);
  if (user === null || password === null) return { fault: "Write % in the user or the password as %25." };
  if ((user === "") !== (password === "")) return { fault: "Give both user and password, or neither." };

  const isSecure = url.protocol === "smtps:";
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? (isSecure ? 465 : 587) : Number(url.port),
    isSecure,
    isTlsRequired: !isSecure && !isOptional && !isLoopback(url.hostname),
    user: user || null,
    password: password || null,
  };
}

const shape = "Write smtps://user:password@host:port, or smtp:// for a server with STARTTLS.";

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    // A lone % is the caller's to mend; the fault says how.
    return null;
  }
}

function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
