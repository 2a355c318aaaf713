// Loaded before the server (`node --import`), since what is imported later can be instrumented only
// then. Without an endpoint to send to, none of OpenTelemetry's packages is even read.
import { register } from "node:module";
import { createLog } from "./log.js";

if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT) {
  try {
    await start();
  } catch (error) {
    // The server is worth more than its traces.
    createLog().error("no tracing", { error: error.message });
  }
}

async function start() {
  register("@opentelemetry/instrumentation/hook.mjs", import.meta.url);
  const [sdk, http, express, undici, aws] = await Promise.all([
    import("@opentelemetry/sdk-node"),
    import("@opentelemetry/instrumentation-http"),
    import("@opentelemetry/instrumentation-express"),
    import("@opentelemetry/instrumentation-undici"),
    import("@opentelemetry/instrumentation-aws-sdk"),
  ]);
  // Names, sampler, propagators and endpoint are those of the environment.
  new sdk.NodeSDK({
    instrumentations: [
      new http.HttpInstrumentation({
        // The container's own health check comes every 10 seconds.
        ignoreIncomingRequestHook: (request) => request.url === "/health",
      }),
      new express.ExpressInstrumentation(),
      new undici.UndiciInstrumentation(),
      new aws.AwsInstrumentation({ suppressInternalInstrumentation: true }),
    ],
  }).start();
}
