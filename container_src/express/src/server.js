import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { buildApp } from "./app.js";
import { ConfigError, readConfig } from "./config.js";
import { createDocumentClient } from "./dynamodb.js";
import { createImages } from "./images.js";
import { createLog } from "./log.js";
import { createPageTokens } from "./page-token.js";
import { createPosts } from "./posts.js";
import { Shutdown } from "./shutdown.js";

function configOrExit() {
  try {
    return readConfig(process.env, (path) => readFileSync(path, "utf8"));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    createLog().error("cannot start", { problems: error.problems });
    return process.exit(1);
  }
}

const config = configOrExit();
const log = createLog({ level: config.logLevel });
const shutdown = new Shutdown({ log, drainMs: config.drainSeconds * 1000 });

const app = buildApp({
  posts: createPosts({ client: createDocumentClient(), tableName: config.tableName }),
  pageTokens: createPageTokens(config.pageTokenKey),
  images: createImages({ baseUrl: `http://${config.pythonHost}:${config.pythonPort}` }),
  log,
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
server.listen({ port: config.port, host: config.host }, () => log.info("listening", { port: server.address().port }));
shutdown.watch(server);
