import assert from "node:assert/strict";
import { test } from "node:test";
import { serve, startServer } from "./support.js";

const PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const XRAY_ID = "1-4bf92f35-77b34da6a3ce929d0e0e4736";

async function listening(server) {
  const { port } = await server.until("listening");
  return `http://127.0.0.1:${port}`;
}

/** A python container and a collector; each keeps what it is sent. */
async function surroundings(t) {
  const headers = [];
  const python = await serve(t, (request, response) => {
    headers.push(request.headers);
    response.end("[]");
  });
  const { promise: exported, resolve: onExport } = Promise.withResolvers();
  const collector = await serve(t, (request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      onExport({ path: request.url, body: Buffer.concat(chunks) });
      response.end();
    });
  });
  const env = { PYTHON_HOST: "127.0.0.1", PYTHON_PORT: new URL(python).port };
  return { headers, exported, collector, env };
}

test("without an endpoint nothing is traced, and nothing sent along", async (t) => {
  const { headers, env } = await surroundings(t);
  const server = startServer(t, env);
  const url = await listening(server);
  await fetch(`${url}/images`, { headers: { traceparent: PARENT } });

  assert.equal((await server.until("request")).traceId, undefined);
  assert.equal(headers[0].traceparent, undefined);
});

test("a trace goes on in the python container, in the log and to the collector", async (t) => {
  const { headers, exported, collector, env } = await surroundings(t);
  const server = startServer(t, {
    ...env,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    OTEL_METRICS_EXPORTER: "none",
    OTEL_LOGS_EXPORTER: "none",
    OTEL_PROPAGATORS: "tracecontext,baggage",
    OTEL_SERVICE_NAME: "posts-express",
    OTEL_BSP_SCHEDULE_DELAY: "100",
  });
  const url = await listening(server);
  await fetch(`${url}/images`, {
    headers: { traceparent: PARENT, "x-amzn-trace-id": "Root=1-2" },
  });

  const { traceId, edgeTraceId } = await server.until("request");
  assert.deepEqual([traceId, edgeTraceId], [XRAY_ID, "Root=1-2"]);
  assert.match(headers[0].traceparent, /^00-4bf92f3577b34da6a3ce929d0e0e4736-/);

  const { path, body } = await exported;
  assert.equal(path, "/v1/traces");
  assert.ok(body.includes("posts-express"));
  assert.ok(body.includes(Buffer.from("4bf92f3577b34da6a3ce929d0e0e4736", "hex")));
});

test("a collector that is not there holds nothing up", async (t) => {
  const { env } = await surroundings(t);
  const server = startServer(t, {
    ...env,
    DRAIN_SECONDS: "0",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
  });
  const url = await listening(server);
  assert.equal((await fetch(`${url}/images`)).status, 200);
  server.child.kill("SIGTERM");
  assert.equal(await server.exited, 0);
});
