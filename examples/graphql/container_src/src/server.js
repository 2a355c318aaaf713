import { createServer } from "node:http";
import { buildApp } from "./app.js";
import { ConfigError, readConfig } from "./config.js";
import { createDocumentClient } from "./dynamodb.js";
import { createLog } from "./log.js";
import { createNotes } from "./notes.js";
import { Shutdown } from "./shutdown.js";

function configOrExit() {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    createLog().error("cannot start", { problems: error.problems });
    return process.exit(1);
  }
}

const config = configOrExit();
const log = createLog({ level: config.logLevel });
const shutdown = new Shutdown({
  log,
  drainMs: config.drainSeconds * 1000,
  // With the longest drain this ends 5 s before ECS kills the container.
  graceMs: 15_000,
});

const app = buildApp({
  notes: createNotes({ client: createDocumentClient(), tableName: config.tableName }),
  log,
  introspection: config.introspection,
  isDraining: () => shutdown.draining,
});

const server = createServer(app);
// Longer than the 60 s for which a load balancer keeps an idle connection. With Node's 5 s
// this side would hang up first, sometimes just as the next request is on its way: a 502.
server.keepAliveTimeout = 75_000;

server.once("error", (error) => {
  log.error("cannot start", { problems: [`PORT ${config.port}: ${error.code ?? error.message}`] });
  process.exit(1);
});
server.listen(config.port, () => log.info("listening", { port: server.address().port }));
shutdown.watch(server);
