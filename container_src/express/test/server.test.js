import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { answerOf, closedPort, serve, startServer } from "./support.js";

/** A python container whose answer takes `ms`; `asked` resolves when a request has come in. */
async function startSlowPython(t, ms) {
  const { promise: asked, resolve: onAsked } = Promise.withResolvers();
  const url = await serve(t, async (request, response) => {
    onAsked();
    await sleep(ms);
    response.end("[]");
  });
  return { asked, env: { PYTHON_HOST: "127.0.0.1", PYTHON_PORT: new URL(url).port } };
}

async function listening(server) {
  const { port } = await server.until("listening");
  return `http://127.0.0.1:${port}`;
}

const statusOf = async (url) => (await fetch(url)).status;

for (const signal of ["SIGTERM", "SIGINT"]) {
  test(`${signal} drains: unhealthy, still serving, then gone with exit code 0`, async (t) => {
    const python = await startSlowPython(t, 700);
    const server = startServer(t, { ...python.env, DRAIN_SECONDS: "1" });
    const url = await listening(server);
    assert.equal(await statusOf(`${url}/health`), 200);

    const slow = fetch(`${url}/images`);
    await python.asked;
    const signalled = performance.now();
    server.child.kill(signal);
    await server.until("draining");

    const health = await fetch(`${url}/health`);
    assert.equal(health.status, 503);
    assert.equal(health.headers.get("connection"), "close");
    assert.equal(await statusOf(`${url}/`), 200);
    assert.equal((await slow).status, 200);

    assert.equal(await server.exited, 0);
    const took = performance.now() - signalled;
    assert.ok(took >= 1_000, `drained for ${took} ms only`);
    assert.ok(took < 3_000, `took ${took} ms to end`);
    assert.equal(server.entries.at(-1).message, "stopped");
    await assert.rejects(fetch(`${url}/health`));
  });
}

test("a request longer than the drain is answered and holds nothing up", async (t) => {
  const python = await startSlowPython(t, 1_000);
  const server = startServer(t, { ...python.env, DRAIN_SECONDS: "0" });
  const url = await listening(server);

  const slow = fetch(`${url}/images`);
  await python.asked;
  server.child.kill("SIGTERM");
  await server.until("draining");
  await sleep(200);
  await assert.rejects(fetch(`${url}/health`), "new connections are refused");

  assert.equal((await slow).status, 200);
  const answered = performance.now();
  assert.equal(await server.exited, 0);
  assert.ok(performance.now() - answered < 2_000);
});

test("idle connections are kept longer than a load balancer keeps them", async (t) => {
  const server = startServer(t, {});
  const { headers } = await fetch(await listening(server));
  assert.equal(headers.get("keep-alive"), "timeout=75");
});

test("a second signal skips the drain", async (t) => {
  const server = startServer(t, { DRAIN_SECONDS: "60" });
  await listening(server);
  server.child.kill("SIGINT");
  await server.until("draining");
  server.child.kill("SIGINT");
  assert.equal(await server.exited, 0);
});

test("a port in use is one clear line and exit code 1", async (t) => {
  const first = startServer(t, {});
  const { port } = await first.until("listening");

  const second = startServer(t, { PORT: String(port) });

  assert.equal(await second.exited, 1);
  assert.equal(second.entries.length, 1);
  const [{ level, message, problems }] = second.entries;
  assert.equal(level, "error");
  assert.equal(message, "cannot start");
  assert.deepEqual(problems, [`PORT ${port}: EADDRINUSE`]);
});

test("every problem of the environment is in one line, and exit code 1", async (t) => {
  const server = startServer(t, {
    STORAGE_POSTS_NAME: "",
    PAGE_TOKEN_KEY: "hush",
    PORT: "http",
    DRAIN_SECONDS: "-1",
  });
  assert.equal(await server.exited, 1);
  assert.equal(server.entries.length, 1);
  assert.deepEqual(server.entries[0].problems, [
    "STORAGE_POSTS_NAME: not set; give it the name of the DynamoDB table that holds the posts",
    "PAGE_TOKEN_KEY: expected at least 16 characters, got fewer",
    "PORT: expected an integer between 0 and 65535, got 'http'",
    "DRAIN_SECONDS: expected a number between 0 and 90, got '-1'",
  ]);
});

test("with DynamoDB out of reach posts are 503 and the container stays healthy", async (t) => {
  const server = startServer(t, {
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${await closedPort()}`,
  });
  const url = await listening(server);

  const { status, json } = await answerOf(await fetch(`${url}/posts`));

  assert.equal(status, 503);
  assert.equal(json.error, "table_unavailable");
  assert.equal(await statusOf(`${url}/health`), 200);
  assert.match(server.entries.at(-1).error.message, /ECONNREFUSED/);
});

test("a DynamoDB that never answers is 503 before API Gateway gives up", async (t) => {
  const silent = await serve(t, () => {});
  const server = startServer(t, { AWS_ENDPOINT_URL_DYNAMODB: silent });
  const url = await listening(server);
  const started = performance.now();
  assert.equal(await statusOf(`${url}/posts/7`), 503);
  assert.ok(performance.now() - started < 20_000);
});

test("the health check of the image follows the server", async (t) => {
  const script = fileURLToPath(import.meta.resolve("../src/healthcheck.js"));
  const check = (port) =>
    new Promise((done) => {
      execFile(process.execPath, [script], { env: { PORT: String(port) } }, (error) =>
        done(error?.code ?? 0),
      );
    });
  const server = startServer(t, { DRAIN_SECONDS: "60" });
  const { port } = await server.until("listening");

  assert.equal(await check(port), 0);
  server.child.kill("SIGTERM");
  await server.until("draining");
  assert.equal(await check(port), 1);
  assert.equal(await check(await closedPort()), 1);
});
