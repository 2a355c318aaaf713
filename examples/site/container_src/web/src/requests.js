import { randomUUID } from "node:crypto";

// First match wins. The first one is also in CloudFront's access log, the second in the load
// balancer's.
const ID_HEADERS = ["x-amz-cf-id", "x-amzn-trace-id"];

// The id lands in the log and in the answer, so only characters that ids are made of pass.
const SAFE_ID = /^[\w=;:.,+/-]{1,256}$/;

function requestId({ headers }) {
  const given = ID_HEADERS.map((name) => headers[name]).find((id) => id && SAFE_ID.test(id));
  return given ?? randomUUID();
}

function levelOf(path, status) {
  // The load balancer and ECS ask every 10 seconds each, and a drain is no failure.
  if (path === "/health") return "debug";
  return status >= 500 ? "error" : "info";
}

/**
 * Gives each request an id and logs it in one line, without query, headers and who it was.
 * `handle(request, response, seen)` may add fields to `seen`, which is what the line holds.
 */
export function requestLog(log, handle) {
  return (request, response) => {
    const started = performance.now();
    const { method, url } = request;
    const seen = { requestId: requestId(request), method, path: url.split("?", 1)[0] };
    response.setHeader("x-request-id", seen.requestId);

    // "close" comes after an answer and after a client that hung up; "finish" misses the latter.
    response.once("close", () => {
      const status = response.statusCode;
      log[levelOf(seen.path, status)]("request", {
        ...seen,
        status,
        durationMs: Math.round(performance.now() - started),
        aborted: response.writableFinished ? undefined : true,
      });
    });
    return handle(request, response, seen);
  };
}
