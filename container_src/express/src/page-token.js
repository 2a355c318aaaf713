import { createHmac, timingSafeEqual } from "node:crypto";

// Half of SHA-256: 128 bits are beyond guessing, and the token stays short.
const SIGNATURE_BYTES = 16;

/**
 * The tokens that lead from one page of a list to the next, signed with `key`. A caller who could
 * make them up would depend on the table's key, which is then no longer ours to change.
 */
export function createPageTokens(key) {
  const sign = (payload) => {
    const signature = createHmac("sha256", key).update(payload).digest();
    return `${payload}.${signature.subarray(0, SIGNATURE_BYTES).toString("base64url")}`;
  };

  return {
    encode: (id) => sign(Buffer.from(JSON.stringify({ id })).toString("base64url")),

    /** The id within a token, or undefined for anything that `encode` did not make. */
    decode(token) {
      // A query that names the token twice arrives as a list.
      if (typeof token !== "string") return undefined;
      const [payload] = token.split(".", 1);
      // As texts: several of them decode to the same bytes, and only one is the token.
      const given = Buffer.from(token);
      const expected = Buffer.from(sign(payload));
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      return JSON.parse(Buffer.from(payload, "base64url").toString()).id;
    },
  };
}
