import { spawn } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { buildApp } from "../src/app.js";
import { loadAssets } from "../src/assets.js";
import { createVerifier } from "../src/identity.js";
import { createLog } from "../src/log.js";

export const REGION = "eu-central-1";
export const LOAD_BALANCER = arnOf("111122223333");
export const SIGN_OUT_URL = "https://login.example.com/logout?client_id=c&logout_uri=l";
export const KEY_ID = "0a1b2c3d-0000-4000-8000-00000000000f";
export const NOW = Date.parse("2026-11-20T12:00:00Z");

export const assets = loadAssets(new URL("../assets/", import.meta.url));

export function arnOf(account) {
  return `arn:aws:elasticloadbalancing:${REGION}:${account}:loadbalancer/app/site/0123456789abcdef`;
}

export const newKeys = () => generateKeyPairSync("ec", { namedCurve: "P-256" });

// With the padding that load balancers leave in.
const encode = (value) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value))
    .toString("base64")
    .replaceAll("+", "-")
    .replaceAll("/", "_");

/** A token such as a load balancer makes, with what is given in place of its usual parts. */
export function tokenOf(privateKey, { header = {}, claims = {}, hash = "sha256" } = {}) {
  const exp = NOW / 1000 + 120;
  const usual = { alg: "ES256", kid: KEY_ID, signer: LOAD_BALANCER, client: "c", exp };
  const body = typeof claims === "string" ? claims : { sub: "user-1", exp, ...claims };
  const signed = `${encode({ ...usual, ...header })}.${encode(body)}`;
  const signature = sign(hash, Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64").replaceAll("+", "-").replaceAll("/", "_")}`;
}

/** A verifier that knows one key; `fetched` holds the ids that it asked for. */
export function verifierOf(publicKey, { now = () => NOW } = {}) {
  const fetched = [];
  const pem = publicKey.export({ type: "spki", format: "pem" });
  const fetchKey = async (keyId) => {
    fetched.push(keyId);
    return keyId === KEY_ID ? pem : undefined;
  };
  return { fetched, verify: createVerifier({ loadBalancerArn: LOAD_BALANCER, fetchKey, now }) };
}

/** The real application over HTTP; `ask` sends a path exactly as it is given. */
export async function startApp(t, { verify, site = {} } = {}) {
  const lines = [];
  const state = { draining: false };
  const app = buildApp({
    assets,
    log: createLog({ level: "debug", write: (line) => lines.push(JSON.parse(line)) }),
    signIn: verify && { verify, signOutUrl: SIGN_OUT_URL },
    isDraining: () => state.draining,
    now: () => new Date(NOW),
    ...site,
  });
  const server = createServer({ keepAliveTimeout: 1 }, app);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  t.after(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });

  async function ask(path, { method = "GET", headers = {} } = {}) {
    const sent = httpRequest({ host: "127.0.0.1", port, path, method, headers, agent: false });
    sent.end();
    const [response] = await once(sent, "response");
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += chunk;
    return { status: response.statusCode, headers: response.headers, text };
  }
  return { ask, lines, state };
}

/** server.js as a process of its own. `entries` grows with its log, `until` waits for a message. */
export function startServer(t, env = {}) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.resolve("../src/server.js"))], {
    env: { PORT: "0", ...env },
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
