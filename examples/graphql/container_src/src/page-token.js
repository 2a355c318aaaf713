// Opaque on purpose: a caller who takes it apart would depend on the table's key.
export const encodeToken = (id) => Buffer.from(JSON.stringify({ id })).toString("base64url");

/** The id within a token, or undefined for a text that is no token. */
export function decodeToken(token) {
  try {
    return JSON.parse(Buffer.from(token, "base64url").toString()).id;
  } catch {
    return undefined;
  }
}
