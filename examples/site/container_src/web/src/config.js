// A load balancer signs with keys of its own region; those are kept at one address per region in
// AWS's ordinary partition alone, which is also the only one that has CloudFront as used here.
const LOAD_BALANCER = /^arn:aws:elasticloadbalancing:([a-z0-9-]+):\d{12}:loadbalancer\/app\/\S+$/;

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

  const integer = (name, fallback, { min, max }) => {
    const text = env[name] || String(fallback);
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    problems.push(`${name}: expected an integer between ${min} and ${max}, got '${text}'`);
    return fallback;
  };

  const choice = (name, fallback, options) => {
    const text = env[name] || fallback;
    if (options.includes(text)) return text;
    problems.push(`${name}: expected one of ${options.join(", ")}, got '${text}'`);
    return fallback;
  };

  // Both or neither: one alone would let visitors in whom the site does not know, or not out again.
  const signIn = () => {
    const { LOAD_BALANCER_ARN: arn, SIGN_OUT_URL: signOutUrl } = env;
    if (!arn && !signOutUrl) return undefined;
    if (!arn || !signOutUrl) {
      problems.push("LOAD_BALANCER_ARN, SIGN_OUT_URL: expected both or neither, got one");
      return undefined;
    }
    const region = LOAD_BALANCER.exec(arn)?.[1];
    if (!region) {
      problems.push(
        `LOAD_BALANCER_ARN: expected the ARN of an Application Load Balancer, got '${arn}'`,
      );
    }
    if (!URL.canParse(signOutUrl) || !signOutUrl.startsWith("https://")) {
      problems.push(`SIGN_OUT_URL: expected an address that starts with https, got '${signOutUrl}'`);
    }
    return { loadBalancerArn: arn, region, signOutUrl };
  };

  const config = {
    logLevel: choice("LOG_LEVEL", "info", ["debug", "info", "error"]),
    // 0 takes any free port: the tests start the server that way.
    port: integer("PORT", 8080, { min: 0, max: 65535 }),
    // ECS kills the container 40 s after SIGTERM, as docker-compose.yml has it; the drain and what
    // server.js gives to the requests under way must end before that.
    drainSeconds: integer("DRAIN_SECONDS", 5, { min: 0, max: 8 }),
    signIn: signIn(),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}
