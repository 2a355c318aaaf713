import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createLog } from "../src/log.js";
import { Shutdown } from "../src/shutdown.js";
import { LOAD_BALANCER, SIGN_OUT_URL, startServer } from "./support.js";

const SIGN_IN = { LOAD_BALANCER_ARN: LOAD_BALANCER, SIGN_OUT_URL };

async function listening(server) {
  const { port } = await server.until("listening");
  return `http://127.0.0.1:${port}`;
}

const statusOf = async (url) => (await fetch(url)).status;

for (const signal of ["SIGTERM", "SIGINT"]) {
  test(`${signal} drains: unhealthy, still serving, then gone with exit code 0`, async (t) => {
    const server = startServer(t, { DRAIN_SECONDS: "1" });
    const url = await listening(server);
    assert.equal(await statusOf(`${url}/health`), 200);

    const signalled = performance.now();
    server.child.kill(signal);
    await server.until("draining");

    const health = await fetch(`${url}/health`);
    assert.equal(health.status, 503);
    assert.equal(health.headers.get("connection"), "close");
    assert.equal(await statusOf(url), 200);

    assert.equal(await server.exited, 0);
    const took = performance.now() - signalled;
    assert.ok(took >= 1_000 && took < 4_000, `took ${took} ms to end`);
    assert.equal(server.entries.at(-1).message, "stopped");
    await assert.rejects(fetch(`${url}/health`));
  });
}

test("a request under way when the drain ends is answered", async (t) => {
  const server = startServer(t, { DRAIN_SECONDS: "0" });
  const { port } = await server.until("listening");
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  // The headers are not complete yet when the signal comes.
  socket.write("GET /about HTTP/1.1\r\nhost: site\r\n");
  await fetch(`http://127.0.0.1:${port}/health`);
  server.child.kill("SIGTERM");
  await server.until("draining");
  socket.write("connection: close\r\n\r\n");
  let text = "";
  for await (const chunk of socket.setEncoding("utf8")) text += chunk;
  assert.match(text, /^HTTP\/1\.1 200/);
  assert.equal(await server.exited, 0);
});

test("requests that outlast the grace are cut off, and the exit code tells", async (t) => {
  const lines = [];
  const log = createLog({ write: (line) => lines.push(JSON.parse(line)) });
  const shutdown = new Shutdown({ log, drainMs: 0, graceMs: 50 });
  const server = createServer(() => {}).listen(0, "127.0.0.1");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, "listening");
  const signals = new EventEmitter();
  const { promise: exited, resolve: exit } = Promise.withResolvers();
  shutdown.watch(server, { signals, exit });

  const endless = fetch(`http://127.0.0.1:${server.address().port}`);
  await once(server, "request");
  signals.emit("SIGTERM");

  await assert.rejects(endless);
  assert.equal(await exited, 1);
  assert.equal(lines.at(-1).level, "error");
});

test("connections are kept longer than a load balancer keeps them, with room for a session", async (t) => {
  const server = startServer(t, SIGN_IN);
  const cookie = Array.from({ length: 4 }, (_, part) => `c-${part}=${"x".repeat(4_000)}`).join("; ");
  const headers = { cookie, "x-amzn-oidc-accesstoken": "x".repeat(2_000), "x-amzn-oidc-data": "x" };
  const response = await fetch(`${await listening(server)}/me`, { headers });
  assert.equal(response.status, 403);
  assert.equal(response.headers.get("keep-alive"), "timeout=75");
});

test("with sign-in in the environment visitors can sign out", async (t) => {
  const server = startServer(t, SIGN_IN);
  const url = `${await listening(server)}/sign-out`;
  const { status, headers } = await fetch(url, { method: "POST", redirect: "manual" });
  assert.deepEqual([status, headers.get("location")], [303, SIGN_OUT_URL]);
});

test("every problem of the environment is in one line, and exit code 1", async (t) => {
  const server = startServer(t, {
    LOG_LEVEL: "loud",
    PORT: "http",
    DRAIN_SECONDS: "9",
    LOAD_BALANCER_ARN: LOAD_BALANCER.replace("/app/", "/net/"),
    SIGN_OUT_URL: "http://login",
  });
  assert.equal(await server.exited, 1);
  assert.equal(server.entries.length, 1);
  assert.deepEqual(server.entries[0].problems, [
    "LOG_LEVEL: expected one of debug, info, error, got 'loud'",
    "PORT: expected an integer between 0 and 65535, got 'http'",
    "DRAIN_SECONDS: expected an integer between 0 and 8, got '9'",
    "LOAD_BALANCER_ARN: expected the ARN of an Application Load Balancer, got " +
      `'${LOAD_BALANCER.replace("/app/", "/net/")}'`,
    "SIGN_OUT_URL: expected an address that starts with https, got 'http://login'",
  ]);
});

for (const name of Object.keys(SIGN_IN)) {
  test(`${name} alone is refused`, async (t) => {
    const server = startServer(t, { [name]: SIGN_IN[name] });
    assert.equal(await server.exited, 1);
    assert.deepEqual(server.entries[0].problems, [
      "LOAD_BALANCER_ARN, SIGN_OUT_URL: expected both or neither, got one",
    ]);
  });
}

test("a port in use is one clear line and exit code 1", async (t) => {
  const first = startServer(t);
  const { port } = await first.until("listening");
  const second = startServer(t, { PORT: String(port) });
  assert.equal(await second.exited, 1);
  assert.deepEqual(second.entries.map(({ problems }) => problems), [[`PORT ${port}: EADDRINUSE`]]);
});

test("the health check of the image follows the server", async (t) => {
  const script = fileURLToPath(import.meta.resolve("../src/healthcheck.js"));
  const check = async (port) => {
    const [code] = await once(execFile(process.execPath, [script], { env: { PORT: `${port}` } }), "exit");
    return code;
  };
  const server = startServer(t, { DRAIN_SECONDS: "8" });
  const { port } = await server.until("listening");
  assert.equal(await check(port), 0);
  server.child.kill("SIGTERM");
  await server.until("draining");
  assert.equal(await check(port), 1);
});
