import { randomUUID } from "node:crypto";
import { isSpanContextValid, trace } from "@opentelemetry/api";

// First match wins. The HTTP API puts the id of its access log into x-request-id, whatever the
// caller sent; before a site nobody does, and CloudFront's and the load balancer's logs have these.
const ID_HEADERS = ["x-request-id", "x-amz-cf-id", "x-amzn-trace-id"];

// A caller's id lands in the log and in the answer, so only characters that ids are made of pass.
const SAFE_ID = /^[\w=;:.,+/-]{1,256}$/;

function safe(request, name) {
  const id = request.get(name);
  return id && SAFE_ID.test(id) ? id : undefined;
}

function requestId(request) {
  return ID_HEADERS.map((name) => safe(request, name)).find(Boolean) ?? randomUUID();
}

/** The id of the request's trace as AWS X-Ray shows it; undefined where there is no tracing. */
function traceId() {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span || !isSpanContextValid(span)) return undefined;
  return `1-${span.traceId.slice(0, 8)}-${span.traceId.slice(8)}`;
}

function levelOf(path, status) {
  if (status >= 500) return "error";
  // The container's own health check comes every 10 seconds.
  return path === "/health" ? "debug" : "info";
}

/** Gives each request an id and logs it in one line, without query, headers and bodies. */
export function requestLog(log) {
  return (request, response, next) => {
    const started = performance.now();
    const { method, path } = request;
    const edgeTraceId = safe(request, "x-amzn-trace-id");
    const ownTraceId = traceId();
    request.id = requestId(request);
    response.set("x-request-id", request.id);

    // "close" comes after an answer and after a client that hung up; "finish" misses the latter.
    response.once("close", () => {
      const status = response.statusCode;
      log[levelOf(path, status)]("request", {
        requestId: request.id,
        edgeRequestId: safe(request, "x-amz-cf-id"),
        traceId: ownTraceId ?? edgeTraceId,
        // The load balancer's own, which its log has.
        edgeTraceId: ownTraceId && edgeTraceId,
        method,
        path,
        status,
        durationMs: Math.round(performance.now() - started),
        aborted: response.writableFinished ? undefined : true,
        error: response.locals.error,
      });
    });
    next();
  };
}
