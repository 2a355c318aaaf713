import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { answerOf, closedPort, NO_NOTE, serve, startServer } from "./support.js";

/** A DynamoDB that finds nothing, after `ms`; `asked` resolves when a request has come in. */
async function startSlowTable(t, ms) {
  const { promise: asked, resolve: onAsked } = Promise.withResolvers();
  const url = await serve(t, async (request, response) => {
    onAsked();
    await sleep(ms);
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{}");
  });
  return { asked, env: { AWS_ENDPOINT_URL_DYNAMODB: url } };
}

async function listening(server) {
  const { port } = await server.until("listening");
  return `http://127.0.0.1:${port}`;
}

const statusOf = async (url) => (await fetch(url)).status;

const ask = async (url) =>
  answerOf(
    await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: `{ note(id: "${NO_NOTE}") { id } }` }),
    }),
  );

for (const signal of ["SIGTERM", "SIGINT"]) {
  test(`${signal} drains: unhealthy, still serving, then gone with exit code 0`, async (t) => {
    const table = await startSlowTable(t, 700);
    const server = startServer(t, { ...table.env, DRAIN_SECONDS: "1" });
    const url = await listening(server);
    assert.equal(await statusOf(`${url}/health`), 200);

    const slow = ask(url);
    await table.asked;
    const signalled = performance.now();
    server.child.kill(signal);
    await server.until("draining");

    const health = await fetch(`${url}/health`);
    assert.equal(health.status, 503);
    assert.equal(health.headers.get("connection"), "close");
    assert.deepEqual((await ask(url)).json, { data: { note: null } });
    assert.deepEqual((await slow).json, { data: { note: null } });

    assert.equal(await server.exited, 0);
    const took = performance.now() - signalled;
    assert.ok(took >= 1_000, `drained for ${took} ms only`);
    assert.ok(took < 4_000, `took ${took} ms to end`);
    assert.equal(server.entries.at(-1).message, "stopped");
    await assert.rejects(fetch(`${url}/health`));
  });
}

test("a request longer than the drain is answered and holds nothing up", async (t) => {
  const table = await startSlowTable(t, 1_000);
  const server = startServer(t, { ...table.env, DRAIN_SECONDS: "0" });
  const url = await listening(server);

  const slow = ask(url);
  await table.asked;
  server.child.kill("SIGTERM");
  await server.until("draining");
  await sleep(200);
  await assert.rejects(fetch(`${url}/health`), "new connections are refused");

  assert.deepEqual((await slow).json, { data: { note: null } });
  const answered = performance.now();
  assert.equal(await server.exited, 0);
  assert.ok(performance.now() - answered < 2_000);
});

test("idle connections are kept longer than a load balancer keeps them", async (t) => {
  const server = startServer(t, {});
  const { headers } = await fetch(`${await listening(server)}/health`);
  assert.equal(headers.get("keep-alive"), "timeout=75");
});

test("a port in use is one clear line and exit code 1", async (t) => {
  const first = startServer(t, {});
  const { port } = await first.until("listening");

  const second = startServer(t, { PORT: String(port) });

  assert.equal(await second.exited, 1);
  const [{ level, message, problems }, ...more] = second.entries;
  assert.deepEqual([level, message, more], ["error", "cannot start", []]);
  assert.deepEqual(problems, [`PORT ${port}: EADDRINUSE`]);
});

test("every problem of the environment is in one line, and exit code 1", async (t) => {
  const server = startServer(t, {
    STORAGE_NOTES_NAME: "",
    LOG_LEVEL: "loud",
    INTROSPECTION: "yes",
    PORT: "http",
    DRAIN_SECONDS: "11",
  });
  assert.equal(await server.exited, 1);
  assert.equal(server.entries.length, 1);
  assert.deepEqual(server.entries[0].problems, [
    "STORAGE_NOTES_NAME: not set; give it the name of the DynamoDB table that holds the notes",
    "LOG_LEVEL: expected one of debug, info, error, got 'loud'",
    "INTROSPECTION: expected one of on, off, got 'yes'",
    "PORT: expected an integer between 0 and 65535, got 'http'",
    "DRAIN_SECONDS: expected a number between 0 and 10, got '11'",
  ]);
});

for (const [value, answersSchema] of [["", false], ["off", false], ["on", true]]) {
  test(`INTROSPECTION=${value} ${answersSchema ? "answers" : "hides"} the schema`, async (t) => {
    const server = startServer(t, { INTROSPECTION: value });
    const response = await fetch(`${await listening(server)}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: "{ __schema { queryType { name } } }" }),
    });
    const { data } = await response.json();
    assert.equal(data?.__schema.queryType.name, answersSchema ? "Query" : undefined);
  });
}

test("with DynamoDB out of reach fields fail and the container stays healthy", async (t) => {
  const server = startServer(t, {
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${await closedPort()}`,
  });
  const url = await listening(server);

  const { status, json } = await ask(url);

  assert.equal(status, 200);
  assert.equal(json.errors[0].extensions.code, "TABLE_UNAVAILABLE");
  assert.equal(await statusOf(`${url}/health`), 200);
  assert.match(server.entries.find(({ path }) => path === "/graphql").errors[0].message, /ECONN/);
});

test("a DynamoDB that never answers fails before API Gateway gives up", async (t) => {
  const silent = await serve(t, () => {});
  const server = startServer(t, { AWS_ENDPOINT_URL_DYNAMODB: silent });
  const url = await listening(server);
  const started = performance.now();
  assert.equal((await ask(url)).json.errors[0].extensions.code, "TABLE_UNAVAILABLE");
  assert.ok(performance.now() - started < 20_000);
});

test("the health check of the image follows the server", async (t) => {
  const script = fileURLToPath(import.meta.resolve("../src/healthcheck.js"));
  const check = async (port) => {
    const child = execFile(process.execPath, [script], { env: { PORT: String(port) } });
    const [code] = await once(child, "exit");
    return code;
  };
  const server = startServer(t, { DRAIN_SECONDS: "10" });
  const { port } = await server.until("listening");

  assert.equal(await check(port), 0);
  server.child.kill("SIGTERM");
  await server.until("draining");
  assert.equal(await check(port), 1);
  assert.equal(await check(await closedPort()), 1);
});
