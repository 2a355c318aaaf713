import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { createLog } from "../src/log.js";
import { Shutdown } from "../src/shutdown.js";

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
  assert.equal(lines.at(-1).message, "stopped with requests under way");
});
