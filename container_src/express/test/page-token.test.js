import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { test } from "node:test";
import { createPageTokens } from "../src/page-token.js";

const KEY = "made up for the tests";
const tokens = createPageTokens(KEY);
const token = tokens.encode(7);
const [payload, signature] = token.split(".");
const payloadOf = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

for (const id of [0, 7, Number.MAX_SAFE_INTEGER]) {
  test(`the token of ${id} leads back to it and fits into a query as it is`, () => {
    const made = tokens.encode(id);
    assert.match(made, /^[\w-]+\.[\w-]{22}$/);
    assert.equal(tokens.decode(made), id);
  });
}

test("every task that has the key makes the same token", () => {
  // The signature comes from `openssl dgst -sha256 -hmac`, not from the code under test.
  assert.equal(token, "eyJpZCI6N30.FpwnJ_ea1zRYuq29t6H4Bw");
  assert.equal(createPageTokens(createSecretKey(KEY, "utf8")).encode(7), token);
});

test("a token of another key is none", () => {
  const others = createPageTokens("another key of the tests");
  assert.equal(tokens.decode(others.encode(7)), undefined);
  assert.equal(others.decode(token), undefined);
});

test("no character of a token can be changed", () => {
  for (let at = 0; at < token.length; at += 1) {
    for (const other of "AQgw.") {
      const changed = token.slice(0, at) + other + token.slice(at + 1);
      if (changed !== token) assert.equal(tokens.decode(changed), undefined, changed);
    }
  }
});

for (const [name, changed] of [
  ["the payload of another id", `${payloadOf({ id: 8 })}.${signature}`],
  ["a longer payload", `${payloadOf({ id: 70 })}.${signature}`],
  ["the signature of another token", `${payload}.${tokens.encode(8).split(".")[1]}`],
  ["no signature", payload],
  ["an empty signature", `${payload}.`],
  ["half a signature", `${payload}.${signature.slice(0, 11)}`],
  ["a longer signature", `${token}A`],
  ["a padded signature", `${token}==`],
  ["a third part", `${token}.${signature}`],
  ["no payload", `.${signature}`],
  ["a blank before it", ` ${token}`],
  ["garbage", "garbage"],
  ["garbage in two parts", "gar.bage"],
  ["characters of several bytes", "🐳".repeat(8)],
  ["as many characters as a token, but more bytes", `${payload}.${"é".repeat(signature.length)}`],
  ["a point", "."],
  ["an empty text", ""],
  ["a list", [token]],
  ["a list of two", [token, token]],
  ["an object", { token }],
  ["null", null],
  ["nothing", undefined],
]) {
  test(`no token: ${name}`, () => assert.equal(tokens.decode(changed), undefined));
}
