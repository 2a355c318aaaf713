import { readBody } from "./body.js";
import { failure, forTheLog } from "./errors.js";
import { createGraphql } from "./graphql.js";
import { requestLog } from "./requests.js";

// Room for a body of 10,000 characters with each of them escaped, and a query beside it.
const MAX_BYTES = 64 * 1024;

// What graphql-http answers without a body.
const REFUSALS = {
  406: ["NOT_ACCEPTABLE", "expected to be allowed to answer in application/json"],
  415: ["UNSUPPORTED_MEDIA_TYPE", "expected content-type application/json"],
};

function sendJson(response, status, value, headers = {}) {
  const type = { "content-type": "application/json; charset=utf-8" };
  response.writeHead(status, { ...type, ...headers }).end(JSON.stringify(value));
}

// Every answer has GraphQL's form, so that a client needs to read one form only.
function refuse(response, status, [code, message], headers) {
  sendJson(response, status, { errors: [failure(code, message)] }, headers);
}

/** The application without its surroundings: server.js gives real ones, the tests made-up ones. */
export function buildApp({ notes, log, introspection = false, isDraining }) {
  const answer = createGraphql({ notes, introspection });

  // Shallow: a table out of reach must not make ECS replace containers that are well.
  function health(request, response) {
    if (isDraining()) return sendJson(response, 503, { status: "draining" });
    return sendJson(response, 200, { status: "ok" });
  }

  async function graphql(request, response, seen) {
    const body = await readBody(request, MAX_BYTES);
    if (body === undefined) {
      const message = `expected a body of at most ${MAX_BYTES} bytes`;
      return refuse(response, 413, ["BODY_TOO_LARGE", message]);
    }
    const { method, headers } = request;
    const [text, { status, headers: answered }] = await answer({ method, headers, body }, seen);
    if (text === null) return refuse(response, status, REFUSALS[status]);
    return response.writeHead(status, answered).end(text);
  }

  const routes = new Map([
    ["/health", ["GET", health]],
    // No GET: queries in addresses would end up in logs, with the variables.
    ["/graphql", ["POST", graphql]],
  ]);

  return requestLog(log, async (request, response, seen) => {
    const route = routes.get(seen.path);
    if (!route) {
      return refuse(response, 404, ["NOT_FOUND", "nothing is served here; POST to /graphql"]);
    }
    const [method, serve] = route;
    if (request.method !== method) {
      const message = `expected ${method}, got ${request.method}`;
      return refuse(response, 405, ["METHOD_NOT_ALLOWED", message], { allow: method });
    }
    try {
      return await serve(request, response, seen);
    } catch (error) {
      // After a client that hung up this reaches nobody: its line was written when it left.
      seen.errors = [forTheLog(failure("INTERNAL", "", { cause: error }))];
      return refuse(response, 500, ["INTERNAL", "the request could not be handled"]);
    }
  });
}
