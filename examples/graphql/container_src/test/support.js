import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { buildApp } from "../src/app.js";
import { createLog } from "../src/log.js";
import { createNotes } from "../src/notes.js";
import { FakeDocumentClient } from "./fake-dynamodb.js";

/** An id that no note has. */
export const NO_NOTE = "00000000-0000-4000-8000-000000000000";

/** Serves `handler` on a free loopback port until the test ends. */
export async function serve(t, handler) {
  const server = createServer(handler);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/** A loopback port that nothing listens on. */
export async function closedPort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/**
 * The real application over HTTP. `request` returns status, headers, text and parsed JSON, and
 * `ask` the data, errors and error codes of a GraphQL request.
 */
export async function startApp(t, { introspection } = {}) {
  const client = new FakeDocumentClient();
  const lines = [];
  const state = { draining: false };
  const app = buildApp({
    notes: createNotes({ client, tableName: "notes" }),
    log: createLog({ level: "debug", write: (line) => lines.push(line) }),
    introspection,
    isDraining: () => state.draining,
  });
  const url = await serve(t, app);

  const request = async (method, path, body, headers = {}, signal = undefined) => {
    const isText = typeof body === "string" || body === undefined;
    const response = await fetch(url + path, {
      method,
      signal,
      body: isText ? body : JSON.stringify(body),
      headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
    });
    return answerOf(response);
  };

  const ask = async (query, variables) => {
    const { status, json } = await request("POST", "/graphql", { query, variables });
    return { status, ...json, codes: json.errors?.map(({ extensions }) => extensions.code) };
  };

  /** The last line of the log. */
  const logged = () => JSON.parse(lines.at(-1));
  return { url, client, lines, logged, state, request, ask };
}

export async function answerOf(response) {
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json");
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}

/** server.js as a process of its own. `entries` grows with its log, `until` waits for a message. */
export function startServer(t, env) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.resolve("../src/server.js"))], {
    env: {
      PORT: "0",
      STORAGE_NOTES_NAME: "notes",
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));

  const entries = [];
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => entries.push(JSON.parse(line)));
  // The log is complete when its stream has ended, which is after the process did.
  const exited = Promise.all([once(child, "exit"), once(lines, "close")]).then(([[code]]) => code);

  const until = async (message) => {
    for (;;) {
      const entry = entries.find((candidate) => candidate.message === message);
      if (entry) return entry;
      const ended = await Promise.race([once(lines, "line"), exited.then(() => "ended")]);
      if (ended === "ended") throw new Error(`the server ended without '${message}'`);
    }
  };
  return { child, entries, exited, until };
}
