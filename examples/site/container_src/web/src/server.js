import { createServer } from "node:http";
import { buildApp } from "./app.js";
import { loadAssets } from "./assets.js";
import { ConfigError, readConfig } from "./config.js";
import { createVerifier, fetchPublicKey } from "./identity.js";
import { createLog } from "./log.js";
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
  // As long as CloudFront waits for an answer. With the longest drain this ends 2 s before ECS
  // kills the container.
  graceMs: 30_000,
});

const app = buildApp({
  assets: loadAssets(new URL("../assets/", import.meta.url)),
  log,
  signIn: config.signIn && {
    signOutUrl: config.signIn.signOutUrl,
    verify: createVerifier({
      loadBalancerArn: config.signIn.loadBalancerArn,
      fetchKey: fetchPublicKey(config.signIn.region),
    }),
  },
  isDraining: () => shutdown.draining,
});

// A session at the load balancer is up to four cookies of 4 KB, with two tokens beside them: more
// than the 16 KB of headers that Node takes by itself.
const server = createServer({ maxHeaderSize: 64 * 1024 }, app);
// Longer than the 60 s for which the load balancer keeps an idle connection. With Node's 5 s
// this side would hang up first, sometimes just as the next request is on its way: a 502.
server.keepAliveTimeout = 75_000;

server.once("error", (error) => {
  log.error("cannot start", { problems: [`PORT ${config.port}: ${error.code ?? error.message}`] });
  process.exit(1);
});
server.listen(config.port, () => log.info("listening", { port: server.address().port }));
shutdown.watch(server);
