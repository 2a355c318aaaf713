import { randomUUID } from "node:crypto";

// First match wins. An HTTP API sends x-amzn-trace-id by itself; the two others arrive when
// a parameter mapping or a caller adds them, and then they are the more precise name.
const ID_HEADERS = ["x-request-id", "apigw-requestid", "x-amzn-trace-id"];

// A caller's id lands in the log and in the answer, so only characters that ids are made of pass.
const SAFE_ID = /^[\w=;:.,+/-]{1,256}$/;

function requestId(request) {
  const given = ID_HEADERS.map((name) => request.get(name)).find((id) => id && SAFE_ID.test(id));
  return given ?? randomUUID();
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
    request.id = requestId(request);
    response.set("x-request-id", request.id);

    // "close" comes after an answer and after a client that hung up; "finish" misses the latter.
    response.once("close", () => {
      const status = response.statusCode;
      log[levelOf(path, status)]("request", {
        requestId: request.id,
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
