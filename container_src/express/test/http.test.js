import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { startApp } from "./support.js";

test("the root names the routes", async (t) => {
  const { request } = await startApp(t);
  const { status, json, headers } = await request("GET", "/");
  assert.equal(status, 200);
  assert.equal(json.posts, "/posts");
  assert.equal(headers.get("x-powered-by"), null);
});

test("a path that is not served is 404 in JSON", async (t) => {
  const { request } = await startApp(t);
  const { status, json } = await request("GET", "/nowhere");
  assert.equal(status, 404);
  assert.equal(json.error, "not_found");
  assert.equal(json.message, "nothing is served at /nowhere");
});

for (const [method, path, allow] of [
  ["DELETE", "/posts", "GET, POST"],
  ["POST", "/posts/7", "GET, PUT, DELETE"],
  ["POST", "/images", "GET"],
  ["PUT", "/images/7.svg", "GET"],
  ["POST", "/health", "GET"],
  ["PATCH", "/", "GET"],
]) {
  test(`${method} ${path} is 405 and says what is allowed`, async (t) => {
    const { request } = await startApp(t);
    const { status, headers, json } = await request(method, path);
    assert.equal(status, 405);
    assert.equal(headers.get("allow"), allow);
    assert.equal(json.error, "method_not_allowed");
  });
}

for (const garbage of ["{", '{"id": 7', "7", '"text"', "nonsense", "\u0000"]) {
  test(`the body ${JSON.stringify(garbage)} is no JSON object`, async (t) => {
    const { request } = await startApp(t);
    const { status, json } = await request("POST", "/posts", garbage);
    assert.equal(status, 400);
    assert.equal(json.error, "invalid_json");
  });
}

test("a huge body is 413 and the server goes on", async (t) => {
  const { request, client } = await startApp(t);
  const huge = { id: 7, title: "x", body: "x".repeat(1_000_000) };

  const { status, json } = await request("POST", "/posts", huge);

  assert.equal(status, 413);
  assert.equal(json.message, "expected a body of at most 65536 bytes");
  assert.equal(client.items.size, 0);
  assert.equal((await request("GET", "/health")).status, 200);
});

test("a body of another type is 415", async (t) => {
  const { request } = await startApp(t);
  const headers = { "content-type": "text/plain" };
  const { status, json } = await request("POST", "/posts", "id=7", headers);
  assert.equal(status, 415);
  assert.equal(json.message, "expected content-type application/json, got 'text/plain'");
});

test("an escape in the path that cannot be decoded is 400", async (t) => {
  const { request } = await startApp(t);
  const { status, json } = await request("GET", "/posts/%zz");
  assert.equal(status, 400);
  assert.equal(json.error, "bad_request");
});

test("an error of our own is 500, without its message, and logged with its stack", async (t) => {
  const { request, client, lines } = await startApp(t);
  client.send = async () => ({ Items: null, LastEvaluatedKey: { id: 1n } });
  const { status, json, text } = await request("GET", "/posts");
  assert.equal(status, 500);
  assert.equal(json.error, "internal");
  assert.doesNotMatch(text, /BigInt/);
  assert.match(JSON.parse(lines.at(-1)).error.stack, /BigInt/);
});

test("health is ok, and 503 while draining", async (t) => {
  const { request, state } = await startApp(t);
  assert.equal((await request("GET", "/health")).status, 200);
  state.draining = true;
  const { status, json } = await request("GET", "/health");
  assert.equal(status, 503);
  assert.deepEqual(json, { status: "draining" });
});

test("one line a request, with nothing that a caller keeps secret", async (t) => {
  const { request, lines } = await startApp(t);

  await request("POST", "/posts?token=hush", { id: 7, title: "hush" }, { authorization: "hush" });

  assert.equal(lines.length, 1);
  assert.match(lines[0], /^[^\n]+\n$/);
  const { time, durationMs, requestId, ...rest } = JSON.parse(lines[0]);
  assert.ok(Date.parse(time));
  assert.ok(durationMs >= 0);
  assert.match(requestId, /^[0-9a-f-]{36}$/);
  const message = "request";
  assert.deepEqual(rest, { level: "info", message, method: "POST", path: "/posts", status: 201 });
  assert.doesNotMatch(lines[0], /hush/);
});

test("health checks do not fill the log", async (t) => {
  const { request, lines } = await startApp(t);
  await request("GET", "/health");
  assert.equal(JSON.parse(lines[0]).level, "debug");
});

for (const [headers, expected] of [
  [{ "x-request-id": "abc-1", "x-amzn-trace-id": "Root=1-2" }, "abc-1"],
  [{ "x-amz-cf-id": "JKtk_-==", "x-amzn-trace-id": "Root=1-2" }, "JKtk_-=="],
  [{ "x-amzn-trace-id": "Root=1-67891233-abcdef;Sampled=1" }, "Root=1-67891233-abcdef;Sampled=1"],
  [{ "x-request-id": 'forged" line', "x-amzn-trace-id": "Root=1-2" }, "Root=1-2"],
]) {
  test(`a request with ${JSON.stringify(headers)} has the id ${expected}`, async (t) => {
    const { request, lines } = await startApp(t);
    const answer = await request("GET", "/nowhere", undefined, headers);
    assert.equal(answer.headers.get("x-request-id"), expected);
    assert.equal(answer.json.requestId, expected);
    assert.equal(JSON.parse(lines[0]).requestId, expected);
  });
}

test("a log line has the ids of CloudFront's and of the load balancer's logs", async (t) => {
  const { request, lines } = await startApp(t);
  const traceId = "Root=1-67891233-abcdef";
  await request("GET", "/nowhere", undefined, {
    "x-request-id": "of-a-visitor",
    "x-amz-cf-id": "JKtk_-==",
    "x-amzn-trace-id": traceId,
  });
  const { requestId, edgeRequestId, traceId: logged } = JSON.parse(lines[0]);
  assert.deepEqual([requestId, edgeRequestId, logged], ["of-a-visitor", "JKtk_-==", traceId]);
});

test("a client that hangs up is logged as such", async (t) => {
  const { request, client, lines } = await startApp(t);
  const { promise: asked, resolve: onAsked } = Promise.withResolvers();
  client.send = () => {
    onAsked();
    return sleep(200, {});
  };
  const controller = new AbortController();
  const hangingUp = request("GET", "/posts/7", undefined, {}, controller.signal);
  await asked;
  controller.abort();
  await assert.rejects(hangingUp, { name: "AbortError" });
  await sleep(100);

  assert.equal(JSON.parse(lines[0]).aborted, true);
});

test("a body without a type is 415", async (t) => {
  const { request } = await startApp(t);
  const { status, json } = await request("POST", "/posts", "{}", { "content-type": "" });
  assert.equal(status, 415);
  assert.equal(json.message, "expected content-type application/json, got ''");
});
