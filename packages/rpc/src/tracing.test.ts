import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { sqliteDialect as sqlite } from "@app/services/databases";
import { coreTables } from "@countersign/db";

import { createProcedures } from "./procedure/procedures.ts";
import { startTestRouter } from "./test/start.ts";
import { startTestApp } from "./testing/test-app.ts";

const exporter = new InMemorySpanExporter();

beforeEach(() => {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
});

afterEach(() => {
  for (const api of [trace, context, propagation]) api.disable();
  exporter.reset();
});

/** Waits for the span of this name, which may end a moment after its answer has come. */
function findSpan(name: string): Promise<ReadableSpan> {
  return vi.waitFor(() => {
    const span = exporter.getFinishedSpans().find((one) => one.name === name);
    if (!span) throw new Error(`There is no span "${name}" yet.`);
    return span;
  });
}

test("N5: each call, each upgrade and each round of pushes is a span, with its outcome and nothing of what was said", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const ann = await app.signIn("ann");
  await using socket = await ann.open();
  await socket.query("echo", { text: "what nobody is to read in a trace" });
  await socket.query("reports");
  await socket.query("boom");
  const id = await socket.subscribe("session.snapshot");
  await socket.data(id, 1);

  const echo = await findSpan("echo");
  expect(echo.attributes).toEqual({
    "rpc.system": "trpc",
    "rpc.method": "echo",
    "countersign.type": "query",
    "countersign.code": "OK",
  });
  expect(echo.status.code).toBe(0);
  expect(echo.parentSpanContext).toBeUndefined();
  expect(await findSpan("reports")).toMatchObject({
    status: { code: 0 },
    attributes: { "countersign.code": "FORBIDDEN" },
  });
  expect(await findSpan("boom")).toMatchObject({
    status: { code: 2 },
    attributes: { "countersign.code": "INTERNAL_SERVER_ERROR" },
  });
  expect(await findSpan("upgrade")).toMatchObject({ attributes: { "countersign.code": "accepted" } });
  expect(await findSpan("push round")).toMatchObject({ attributes: { "countersign.watchers": 1 } });

  const all = JSON.stringify(
    exporter.getFinishedSpans().map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
  );
  for (const secret of ["nobody is to read", "/etc/passwd", ann.password, ann.cookie.split("=")[1] ?? "?"])
    expect(all).not.toContain(secret);
});

test("what a call asks of others nests in its span, also after it has waited; two at once are told apart", async () => {
  const { router, publicProcedure } = createProcedures();
  const nested = publicProcedure.query(async ({ ctx }) => {
    await ctx.db.ping();
    await new Promise((resolve) => setTimeout(resolve, 5));
    trace.getTracer("an instrumented database").startSpan("select").end();
  });
  await using database = await sqlite.create();
  await using app = await startTestApp({ router: router({ nested }), databaseUrl: database.url, tables: coreTables });
  await using socket = await app.open();
  await Promise.all([socket.query("nested"), socket.query("nested")]);

  await vi.waitFor(() => expect(exporter.getFinishedSpans().filter(({ name }) => name === "nested")).toHaveLength(2));
  const spans = exporter.getFinishedSpans();
  const parents = spans
    .filter(({ name }) => name === "select")
    .map(({ parentSpanContext }) => parentSpanContext?.spanId);
  const calls = spans.filter(({ name }) => name === "nested").map((span) => span.spanContext().spanId);
  expect(new Set(parents)).toEqual(new Set(calls));
  expect(parents).toHaveLength(2);
});

test("over HTTP a call is part of the trace it names; what is no trace is left out", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
  await app.http("anyone", { method: "GET", headers: { traceparent } });
  const span = await findSpan("anyone");
  expect(span.spanContext().traceId).toBe(traceId);
  expect(span.parentSpanContext?.spanId).toBe("b7ad6b7169203331");

  exporter.reset();
  await app.http("anyone", { method: "GET", headers: { traceparent: `00-${traceId}-evil-01` } });
  expect((await findSpan("anyone")).parentSpanContext).toBeUndefined();
});

test("without an SDK calls are not watched at all", async () => {
  await using traced = await startTestRouter(sqlite);
  expect(traced.app.app.services.watchCall).not.toBeNull();
  trace.disable();
  await using untraced = await startTestRouter(sqlite);
  expect(untraced.app.app.services.watchCall).toBeNull();
  await untraced.app.http("anyone", { method: "GET" });
  expect(exporter.getFinishedSpans()).toEqual([]);
});
