/** Carries every problem of the environment at once: one failed start is enough to fix them all. */
export class ConfigError extends Error {
  constructor(problems) {
    super(problems.join("; "));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

export function readConfig(env) {
  const problems = [];

  const number = (name, fallback, { min, max, integer = false }) => {
    const text = env[name] || String(fallback);
    const value = Number(text);
    const kind = integer ? "an integer" : "a number";
    if (value >= min && value <= max && (!integer || Number.isInteger(value))) return value;
    problems.push(`${name}: expected ${kind} between ${min} and ${max}, got '${text}'`);
    return fallback;
  };

  const tableName = env.STORAGE_POSTS_NAME;
  if (!tableName) {
    problems.push(
      "STORAGE_POSTS_NAME: not set; give it the name of the DynamoDB table that holds the posts",
    );
  }

  const logLevel = env.LOG_LEVEL || "info";
  if (!["debug", "info", "error"].includes(logLevel)) {
    problems.push(`LOG_LEVEL: expected debug, info or error, got '${logLevel}'`);
  }

  const config = {
    tableName,
    logLevel,
    // 0 takes any free port: the tests start the server that way.
    port: number("PORT", 8080, { min: 0, max: 65535, integer: true }),
    // localhost is right in the cloud, where the containers of a task share one network interface.
    pythonHost: env.PYTHON_HOST || "localhost",
    pythonPort: number("PYTHON_PORT", 5000, { min: 1, max: 65535, integer: true }),
    // ECS kills a container 120 s after SIGTERM at the latest; requests need 30 of those to finish.
    drainSeconds: number("DRAIN_SECONDS", 5, { min: 0, max: 90 }),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}
