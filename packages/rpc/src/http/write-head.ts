/** The whole of an answer without a body, after which the connection is closed, where there is no response to write to. */
export function writeHead(status: string, headers: Readonly<Record<string, string>>): string {
  const all = { Connection: "close", "Content-Length": "0", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join("")}\r\n`;
}
