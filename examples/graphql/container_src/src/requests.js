import { randomUUID } from "node:crypto";
import { isOurs } from "./errors.js";

// First match wins. An HTTP API sends x-amzn-trace-id by itself; the two others arrive when
// a parameter mapping or a caller adds them, and then they are the more precise name.
const ID_HEADERS = ["x-request-id", "apigw-requestid", "x-amzn-trace-id"];

// A caller's id lands in the log and in the answer, so only characters that ids are made of pass.
const SAFE_ID = /^[\w=;:.,+/-]{1,256}$/;

function requestId({ headers }) {
  const given = ID_HEADERS.map((name) => headers[name]).find((id) => id && SAFE_ID.test(id));
  return given ?? randomUUID();
}

function levelOf({ path, errors = [] }, status) {
  if (status >= 500 && path !== "/health") return "error";
  // GraphQL answers failures of ours with status 200 too.
  if (errors.some(isOurs)) return "error";
  // The container's own health check comes every 10 seconds.
  return path === "/health" ? "debug" : "info";
}

/**
 * Gives each request an id and logs it in one line, without query, variables and headers.
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
      log[levelOf(seen, status)]("request", {
        ...seen,
        status,
        durationMs: Math.round(performance.now() - started),
        aborted: response.writableFinished ? undefined : true,
      });
    });
    return handle(request, response, seen);
  };
}
