import { createSecretKey } from "node:crypto";

// Where Docker Compose mounts the secret. On Fargate there is no file, but the variable.
const KEY_FILE = "/run/secrets/PAGE_TOKEN_KEY";
const MIN_KEY_LENGTH = 16;

/** Carries every problem of the environment at once: one failed start is enough to fix them all. */
export class ConfigError extends Error {
  constructor(problems) {
    super(problems.join("; "));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** The settings in `env`. `readFile` returns the text of the file at a path, or throws. */
export function readConfig(env, readFile) {
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

  const pageTokenKey = secretKey(env, readFile, problems);

  const logLevel = env.LOG_LEVEL || "info";
  if (!["debug", "info", "error"].includes(logLevel)) {
    problems.push(`LOG_LEVEL: expected debug, info or error, got '${logLevel}'`);
  }

  const config = {
    tableName,
    pageTokenKey,
    logLevel,
    // Every interface of a container; a machine that others reach says 127.0.0.1.
    host: env.HOST || undefined,
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

function secretKey({ PAGE_TOKEN_KEY, PAGE_TOKEN_KEY_FILE }, readFile, problems) {
  // Never shown by its path: whoever mixes the two variables up has written the key there.
  const file = PAGE_TOKEN_KEY_FILE ? "the file named by PAGE_TOKEN_KEY_FILE" : KEY_FILE;
  let key = PAGE_TOKEN_KEY;
  if (!key) {
    try {
      // Editors and `openssl rand` end a file with a newline that is not part of the value.
      key = readFile(PAGE_TOKEN_KEY_FILE || KEY_FILE).replace(/\r?\n$/, "");
    } catch ({ code }) {
      // The code alone, as the message holds the path.
      problems.push(
        `PAGE_TOKEN_KEY: not set, and ${file} cannot be read (${code}); ` +
          `give it a secret of at least ${MIN_KEY_LENGTH} characters`,
      );
      return undefined;
    }
  }
  if (key.length < MIN_KEY_LENGTH) {
    const where = PAGE_TOKEN_KEY ? "" : ` in ${file}`;
    problems.push(
      `PAGE_TOKEN_KEY: expected at least ${MIN_KEY_LENGTH} characters${where}, got fewer`,
    );
    return undefined;
  }
  // An object that shows nothing of the key, should it ever get into a log line.
  return createSecretKey(key, "utf8");
}
