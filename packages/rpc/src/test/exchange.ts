import { connect } from "node:net";

/** Sends these bytes to a server, and returns its answer up to the end of the head; what there is, where it says nothing more. */
export function exchange({ url }: { readonly url: string }, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.write(bytes));
    let answer = "";
    socket.on("data", (data) => {
      answer += data.toString("latin1");
      if (answer.includes("\r\n\r\n")) socket.destroy();
    });
    // What it said before it cut the connection is its answer.
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
    socket.setTimeout(2000, () => socket.destroy());
  });
}
