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

  const choice = (name, fallback, options) => {
    const text = env[name] || fallback;
    if (options.includes(text)) return text;
    problems.push(`${name}: expected one of ${options.join(", ")}, got '${text}'`);
    return fallback;
  };

  const tableName = env.STORAGE_NOTES_NAME;
  if (!tableName) {
    problems.push(
      "STORAGE_NOTES_NAME: not set; give it the name of the DynamoDB table that holds the notes",
    );
  }

  const config = {
    tableName,
    logLevel: choice("LOG_LEVEL", "info", ["debug", "info", "error"]),
    introspection: choice("INTROSPECTION", "off", ["on", "off"]) === "on",
    // 0 takes any free port: the tests start the server that way.
    port: number("PORT", 8080, { min: 0, max: 65535, integer: true }),
    // ECS kills a container 30 s after SIGTERM where no Compose file says otherwise; the drain
    // and what server.js gives to the requests under way must end before that.
    drainSeconds: number("DRAIN_SECONDS", 5, { min: 0, max: 10 }),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}
