import assert from "node:assert/strict";
import { request as openRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { NO_NOTE, startApp } from "./support.js";

const codesOf = ({ json }) => json.errors.map(({ extensions }) => extensions.code);

for (const [method, path, allow] of [
  ["GET", "/graphql?query={notes{next}}", "POST"],
  ["OPTIONS", "/graphql", "POST"],
  ["PUT", "/graphql", "POST"],
  ["POST", "/health", "GET"],
]) {
  test(`${method} ${path} is 405 and says what is allowed`, async (t) => {
    const { request } = await startApp(t);
    const answer = await request(method, path);
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get("allow"), allow);
    assert.deepEqual(codesOf(answer), ["METHOD_NOT_ALLOWED"]);
  });
}

for (const path of ["/", "/nowhere", "/graphql/", "/constructor", "//graphql"]) {
  test(`${path} is 404, in GraphQL's form`, async (t) => {
    const { request } = await startApp(t);
    const answer = await request("POST", path, { query: "{ __typename }" });
    assert.equal(answer.status, 404);
    assert.deepEqual(answer.json, {
      errors: [
        {
          message: "nothing is served here; POST to /graphql",
          extensions: { code: "NOT_FOUND" },
        },
      ],
    });
  });
}

for (const body of ["{", "7", "nonsense", "", "\u0000", "[]", "null", "{}", '{"query": 7}',
  '{"query": "{ __typename }", "variables": []}']) {
  test(`the body ${JSON.stringify(body)} is no request`, async (t) => {
    const { request, logged } = await startApp(t);
    const answer = await request("POST", "/graphql", body);
    assert.equal(answer.status, 400);
    assert.deepEqual(codesOf(answer), ["BAD_REQUEST"]);
    assert.deepEqual(logged().errors, [{ code: "BAD_REQUEST" }]);
    assert.equal(logged().level, "info");
  });
}

test("a huge body is 413 and the server goes on", async (t) => {
  const { request, client } = await startApp(t);
  const query = "{ notes { next } }";

  const answer = await request("POST", "/graphql", { query, variables: { a: "x".repeat(1e6) } });

  assert.equal(answer.status, 413);
  assert.deepEqual(codesOf(answer), ["BODY_TOO_LARGE"]);
  assert.equal(answer.json.errors[0].message, "expected a body of at most 65536 bytes");
  assert.equal(client.calls, 0);
  assert.equal((await request("POST", "/graphql", { query })).status, 200);
});

for (const [headers, status, code] of [
  [{ "content-type": "text/plain" }, 415, "UNSUPPORTED_MEDIA_TYPE"],
  [{ "content-type": "" }, 415, "UNSUPPORTED_MEDIA_TYPE"],
  [{ accept: "text/html" }, 406, "NOT_ACCEPTABLE"],
]) {
  test(`a request with ${JSON.stringify(headers)} is ${status}`, async (t) => {
    const { request, client } = await startApp(t);
    const answer = await request("POST", "/graphql", { query: "{ notes { next } }" }, headers);
    assert.equal(answer.status, status);
    assert.deepEqual(codesOf(answer), [code]);
    assert.equal(client.calls, 0);
  });
}

test("who accepts GraphQL's own media type gets it, and statuses with it", async (t) => {
  const { request } = await startApp(t);
  const headers = { accept: "application/graphql-response+json" };
  const good = await request("POST", "/graphql", { query: "{ __typename }" }, headers);
  assert.equal(good.status, 200);
  assert.match(good.headers.get("content-type"), /^application\/graphql-response\+json/);
  assert.equal((await request("POST", "/graphql", { query: "{" }, headers)).status, 400);
});

test("health is ok, and 503 while draining", async (t) => {
  const { request, state, logged } = await startApp(t);
  const { status, json } = await request("GET", "/health");
  assert.deepEqual([status, json], [200, { status: "ok" }]);
  assert.equal(logged().level, "debug");
  state.draining = true;
  const draining = await request("GET", "/health");
  assert.deepEqual([draining.status, draining.json], [503, { status: "draining" }]);
  assert.equal(logged().level, "debug");
});

const ADD = "mutation Add($note: NewNote!) { createNote(note: $note) { id } }";

test("one line a request, with nothing that a caller keeps secret", async (t) => {
  const { request, lines } = await startApp(t);

  const body = { query: ADD, variables: { note: { title: "hush" } } };
  await request("POST", "/graphql?token=hush", body, { authorization: "hush" });

  assert.equal(lines.length, 1);
  assert.match(lines[0], /^[^\n]+\n$/);
  const { time, durationMs, requestId, ...rest } = JSON.parse(lines[0]);
  assert.ok(Date.parse(time));
  assert.ok(durationMs >= 0);
  assert.match(requestId, /^[0-9a-f-]{36}$/);
  assert.deepEqual(rest, {
    level: "info",
    message: "request",
    method: "POST",
    path: "/graphql",
    operation: "mutation Add",
    status: 200,
  });
});

for (const [name, query, variables] of [
  ["variables that do not fit", ADD, { note: { title: ["hush"] } }],
  ["a field refused", ADD, { note: { title: "hush".repeat(60) } }],
  ["an id without a note", "mutation($id: ID!) { deleteNote(id: $id) { id } }", { id: NO_NOTE }],
  ["a query that is none", "{ hush hush(", {}],
  ["a query that is refused", '{ note(id: "hush", hush: 1) { hush } }', {}],
]) {
  test(`${name}: the log has the code and not the value`, async (t) => {
    const { ask, lines, logged } = await startApp(t);
    const { codes } = await ask(query, variables);
    assert.deepEqual(logged().errors, codes.map((code) => ({ code })));
    assert.equal(logged().level, "info");
    assert.doesNotMatch(lines.join(""), /hush|00000000-/);
  });
}

test("an operation is logged by its type, and a name of any length in part", async (t) => {
  const { ask, logged } = await startApp(t);
  await ask("{ __typename }");
  assert.equal(logged().operation, "query");
  await ask(`query ${"x".repeat(1_000)} { __typename }`);
  assert.equal(logged().operation, `query ${"x".repeat(80)}`);
});

test("what breaks outside of a field is 500, its cause in the log only", async (t) => {
  const { request, state, logged } = await startApp(t);
  Object.defineProperty(state, "draining", {
    get() {
      throw new TypeError("made up");
    },
  });
  const answer = await request("GET", "/health");
  assert.equal(answer.status, 500);
  assert.deepEqual(codesOf(answer), ["INTERNAL"]);
  assert.doesNotMatch(answer.text, /made up/);
  const { level, errors: [error] } = logged();
  assert.deepEqual([level, error.code, error.message], ["error", "INTERNAL", "made up"]);
  assert.match(error.stack, /http\.test\.js/);
});

test("a client that hangs up within its body is no error", async (t) => {
  const { url, lines, logged } = await startApp(t);
  const { promise: closed, resolve: onClosed } = Promise.withResolvers();
  const headers = { "content-type": "application/json", "content-length": "100" };
  const half = openRequest(`${url}/graphql`, { method: "POST", headers });
  half.once("close", onClosed).once("error", () => {});
  half.write('{"query":');
  await sleep(50);
  half.destroy();
  await closed;
  await sleep(50);
  assert.equal(lines.length, 1);
  const { level, aborted, errors } = logged();
  assert.deepEqual([level, aborted, errors], ["info", true, undefined]);
});

for (const [headers, expected] of [
  [{ "x-request-id": "abc-1", "x-amzn-trace-id": "Root=1-2" }, "abc-1"],
  [{ "apigw-requestid": "JKtk=", "x-amzn-trace-id": "Root=1-2" }, "JKtk="],
  [{ "x-amzn-trace-id": "Root=1-67891233-abcdef;Sampled=1" }, "Root=1-67891233-abcdef;Sampled=1"],
  [{ "x-request-id": 'forged" line', "x-amzn-trace-id": "Root=1-2" }, "Root=1-2"],
]) {
  test(`a request with ${JSON.stringify(headers)} has the id ${expected}`, async (t) => {
    const { request, logged } = await startApp(t);
    const answer = await request("GET", "/nowhere", undefined, headers);
    assert.equal(answer.headers.get("x-request-id"), expected);
    assert.equal(logged().requestId, expected);
  });
}

test("a client that hangs up is logged as such", async (t) => {
  const { request, client, lines, logged } = await startApp(t);
  const { promise: asked, resolve: onAsked } = Promise.withResolvers();
  client.send = () => {
    onAsked();
    return sleep(200, {});
  };
  const controller = new AbortController();
  const body = { query: `{ note(id: "${NO_NOTE}") { id } }` };
  const hangingUp = request("POST", "/graphql", body, {}, controller.signal);
  await asked;
  controller.abort();
  await assert.rejects(hangingUp, { name: "AbortError" });
  await sleep(300);

  assert.equal(lines.length, 1);
  assert.equal(logged().aborted, true);
  assert.equal(logged().operation, "query");
});
