import { createPublicKey, verify as verifySignature } from "node:crypto";

// The form that ids of keys have. One becomes part of an address, so nothing else may pass.
const KEY_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

// Load balancers change their keys now and then; what is no longer used makes room.
const MAX_KEYS = 16;

/** The token is not this load balancer's word, or no longer. The message is for the log. */
export class UntrustedToken extends Error {}

/** The key that the token names could not be had, so that nothing can be said of it. */
export class KeyUnavailable extends Error {}

function parse(part, what) {
  let value;
  try {
    value = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch (cause) {
    throw new UntrustedToken(`${what} is no JSON`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UntrustedToken(`${what} is no JSON object`);
  }
  return value;
}

/** Fetches a key of a region's load balancers; undefined if there is none of this id. */
export function fetchPublicKey(region, { request = fetch, timeoutMs = 5_000 } = {}) {
  return async (keyId) => {
    const url = `https://public-keys.auth.elb.${region}.amazonaws.com/${keyId}`;
    const response = await request(url, {
      signal: AbortSignal.timeout(timeoutMs),
      redirect: "error",
    });
    // S3, which is behind that address, answers 403 for what it does not have.
    if ([403, 404].includes(response.status)) return undefined;
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return response.text();
  };
}

/**
 * Reads who a visitor is from `x-amzn-oidc-data`, which a load balancer adds to each request of
 * somebody who signed in. Any load balancer of the region signs with keys from the same address, in
 * whosever account it is: a token counts only if this one has signed it.
 *
 * `verify(token)` gives the claims, and rejects with `UntrustedToken` or `KeyUnavailable`.
 */
export function createVerifier({ loadBalancerArn, fetchKey, now = Date.now }) {
  const keys = new Map();

  async function load(keyId) {
    let pem;
    try {
      pem = await fetchKey(keyId);
    } catch (cause) {
      throw new KeyUnavailable(`the key ${keyId} could not be fetched`, { cause });
    }
    if (pem === undefined) throw new UntrustedToken(`there is no key ${keyId}`);
    try {
      return createPublicKey(pem);
    } catch (cause) {
      throw new KeyUnavailable(`the key ${keyId} could not be read`, { cause });
    }
  }

  function keyOf(keyId) {
    // The promise is kept, so that requests at the same moment fetch a key once.
    const kept = keys.get(keyId);
    if (kept) return kept;
    if (keys.size >= MAX_KEYS) keys.delete(keys.keys().next().value);
    const loading = load(keyId);
    keys.set(keyId, loading);
    loading.catch(() => keys.delete(keyId));
    return loading;
  }

  return async function verify(token) {
    const parts = token.split(".");
    if (parts.length !== 3) throw new UntrustedToken("it has not three parts");
    const [head, body, signature] = parts;
    const header = parse(head, "the header");
    if (header.alg !== "ES256") throw new UntrustedToken("the algorithm is not ES256");
    if (header.signer !== loadBalancerArn) {
      throw new UntrustedToken("the signer is not this site's load balancer");
    }
    if (typeof header.kid !== "string" || !KEY_ID.test(header.kid)) {
      throw new UntrustedToken("the key has no id");
    }
    const key = await keyOf(header.kid);
    const isSigned = verifySignature(
      "sha256",
      // As they were sent: load balancers leave the padding of Base64 in, and sign it too.
      Buffer.from(`${head}.${body}`),
      { key, dsaEncoding: "ieee-p1363" },
      Buffer.from(signature, "base64url"),
    );
    if (!isSigned) throw new UntrustedToken("the signature is not of this key");
    const claims = parse(body, "the payload");
    // Load balancers write it in the header, and in the payload too.
    for (const exp of [header.exp, claims.exp ?? header.exp]) {
      if (!(typeof exp === "number" && exp * 1000 > now())) throw new UntrustedToken("it is over");
    }
    return claims;
  };
}
