import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";

import type { RequestFacts } from "../connection/request-facts.ts";

const name = "@countersign/rpc";

/**
 * Where spans go: to the OpenTelemetry SDK the process was started with. Null when there is none, and then nothing is traced,
 * nor paid for: it is asked once, so the SDK is to be there before the app is made (`node --import ./tracing.js`).
 */
export function findTracer(): Tracer | null {
  const provider: TracerProvider & { getDelegateTracer?(name: string): unknown } = trace.getTracerProvider();
  // Without an SDK the provider is a proxy for nothing.
  const hasSdk = provider.getDelegateTracer === undefined || provider.getDelegateTracer(name) !== undefined;
  return hasSdk ? trace.getTracer(name) : null;
}

/** Runs `body` within a span of its own, so that what it asks of others nests in it. The body ends the span. */
export function withinSpan<Result>(
  tracer: Tracer,
  options: { readonly name: string; readonly parent: Context; readonly attributes: Attributes },
  body: (span: Span) => Result,
): Result {
  const { parent, attributes } = options;
  const span = tracer.startSpan(options.name, { kind: SpanKind.SERVER, attributes }, parent);
  return context.with(trace.setSpan(parent, span), () => body(span));
}

/** What a request over HTTP is part of: the span that is active already, else the one its `traceparent` names. */
export function parentOfRequest(request: RequestFacts): Context {
  const active = context.active();
  return trace.getSpan(active) ? active : propagation.extract(active, request.headers);
}

/** What a message over a socket is part of: nothing that was going on when it came. */
export function noParent(): Context {
  return ROOT_CONTEXT;
}

/** Ends the span with a code. Only what is the server's fault is an error; no message is kept, it may say what was asked. */
export function endSpan(span: Span, code: string): void {
  span.setAttribute("countersign.code", code);
  if (serverFaults.has(code)) {
    span.setAttribute("error.type", code);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

const serverFaults: ReadonlySet<string> = new Set([
  "INTERNAL_SERVER_ERROR",
  "NOT_IMPLEMENTED",
  "BAD_GATEWAY",
  "SERVICE_UNAVAILABLE",
  "GATEWAY_TIMEOUT",
  "failed",
]);
