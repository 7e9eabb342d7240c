import { CrowdClient } from "./crowd-client.ts";
import type { CrowdNews, CrowdOrder } from "./start-crowd.ts";

// A part of a crowd in a process of its own: it is told what to do, and tells what becomes of it, several times a second.
const clients: CrowdClient[] = [];
let news = noNews();
const restMs = 3;

process.on("message", (order: CrowdOrder) => {
  if (order.kind === "expect") for (const client of clients) client.expect(order.text);
  if (order.kind === "open") for (const cookie of order.cookies) clients.push(createClient(order, cookie));
  // The first time they come one after the other: this is before anything happens.
  if (order.kind === "open") clients.forEach((client, place) => setTimeout(() => client.connect(), place * restMs));
  // Only what comes after the answer is of the order.
  process.send?.({ ...news, missing: clients.map(({ missing }) => missing).filter((what) => what !== null) });
  news = noNews();
});

setInterval(() => {
  process.send?.(news);
  news = noNews();
}, 100);

function createClient({ port, origin }: { readonly port: number; readonly origin: string }, cookie: string) {
  return new CrowdClient({
    port,
    origin,
    cookie,
    onTry: () => void news.triedAt.push(Date.now()),
    onFailed: () => void (news.failed += 1),
    onRefused: (text) => void news.refused.push(text),
    onBack: (afterMs) => void (news.longestAwayMs = Math.max(news.longestAwayMs, afterMs)),
    onLive: () => void news.liveAt.push(Date.now()),
  });
}

function noNews(): { -readonly [Key in keyof CrowdNews]: CrowdNews[Key] } {
  return { triedAt: [], liveAt: [], longestAwayMs: 0, failed: 0, refused: [] };
}
