import { setTimeout as sleep } from "node:timers/promises";

/**
 * Ends a server without failing a request, in three steps: report unhealthy but keep serving
 * for `drainMs`, refuse new connections, then wait up to `graceMs` for the requests under way.
 * A second signal skips the first step, for whoever presses Ctrl-C twice.
 */
export class Shutdown {
  #log;
  #drainMs;
  #graceMs;
  #hurry = new AbortController();
  #closing = false;

  draining = false;

  constructor({ log, drainMs, graceMs = 30_000 }) {
    this.#log = log;
    this.#drainMs = drainMs;
    this.#graceMs = graceMs;
  }

  /** Watches the signals; `exit` is called once, with the exit code. */
  watch(server, { signals = process, exit = process.exit } = {}) {
    server.prependListener("request", (request, response) => {
      // The load balancer keeps connections open between requests: make it open another one.
      if (this.draining) response.setHeader("connection", "close");
      // A request older than the signal kept its connection alive, and close() waits for that.
      response.once("close", () => {
        if (this.#closing) setImmediate(() => server.closeIdleConnections());
      });
    });
    for (const signal of ["SIGTERM", "SIGINT"]) {
      signals.on(signal, () => this.#onSignal(signal, server, exit));
    }
  }

  async #onSignal(signal, server, exit) {
    if (this.draining) {
      this.#hurry.abort();
      return;
    }
    this.draining = true;
    this.#log.info("draining", { signal, drainSeconds: this.#drainMs / 1000 });
    // ECS takes a task out of the load balancer before it stops it, but for tasks on Spot that AWS
    // takes back: requests still come for a moment, and would meet a closed port.
    await sleep(this.#drainMs, undefined, { signal: this.#hurry.signal }).catch(() => {});

    this.#closing = true;
    let cutOff = false;
    const overdue = setTimeout(() => {
      cutOff = true;
      server.closeAllConnections();
    }, this.#graceMs);
    await new Promise((closed) => server.close(closed));
    clearTimeout(overdue);

    if (cutOff) this.#log.error("stopped with requests under way");
    else this.#log.info("stopped");
    exit(cutOff ? 1 : 0);
  }
}
