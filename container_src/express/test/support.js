import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { buildApp } from "../src/app.js";
import { createImages } from "../src/images.js";
import { createLog } from "../src/log.js";
import { createPageTokens } from "../src/page-token.js";
import { createPosts } from "../src/posts.js";
import { FakeDocumentClient } from "./fake-dynamodb.js";

const NOWHERE = "http://127.0.0.1:1";

/** Signs the tokens of every application that is started here. */
export const PAGE_TOKEN_KEY = "made up for the tests";

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

/** The real application over HTTP. `request` returns status, headers, text and parsed JSON. */
export async function startApp(t, { imagesUrl = NOWHERE, imagesTimeoutMs = 500 } = {}) {
  const client = new FakeDocumentClient();
  const lines = [];
  const state = { draining: false };
  const app = buildApp({
    posts: createPosts({ client, tableName: "posts" }),
    pageTokens: createPageTokens(PAGE_TOKEN_KEY),
    images: createImages({ baseUrl: imagesUrl, timeoutMs: imagesTimeoutMs }),
    log: createLog({ level: "debug", write: (line) => lines.push(line) }),
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
  return { client, lines, state, request };
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
  const tracing = import.meta.resolve("../src/tracing.js");
  const server = fileURLToPath(import.meta.resolve("../src/server.js"));
  const child = spawn(process.execPath, ["--import", tracing, server], {
    env: {
      PORT: "0",
      STORAGE_POSTS_NAME: "posts",
      PAGE_TOKEN_KEY,
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
