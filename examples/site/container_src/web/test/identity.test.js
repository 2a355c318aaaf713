import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { createVerifier, fetchPublicKey, KeyUnavailable, UntrustedToken } from "../src/identity.js";
import { arnOf, KEY_ID, LOAD_BALANCER, newKeys, NOW, tokenOf, verifierOf } from "./support.js";

const { publicKey, privateKey } = newKeys();

test("what this load balancer signed is believed", async () => {
  const { verify } = verifierOf(publicKey);
  // Lengths that give two, one and no characters of padding.
  for (const name of ["a", "ab", "abc"]) {
    const claims = await verify(tokenOf(privateKey, { claims: { name } }));
    assert.equal(claims.name, name);
  }
});

const expired = NOW / 1000;
const refused = {
  "another load balancer of the region": [{ header: { signer: arnOf("999988887777") } }, /signer/],
  "no signer": [{ header: { signer: undefined } }, /signer/],
  "another algorithm": [{ header: { alg: "RS256" } }, /algorithm/],
  "no algorithm": [{ header: { alg: "none" } }, /algorithm/],
  "a key of no known id": [{ header: { kid: KEY_ID.replace("0a", "ff") } }, /no key ff/],
  "a key that is a path": [{ header: { kid: "../../evil" } }, /no id/],
  "a key whose id only starts well": [{ header: { kid: `${KEY_ID}/../evil` } }, /no id/],
  "a key whose id only ends well": [{ header: { kid: `evil/${KEY_ID}` } }, /no id/],
  "a key that is a list": [{ header: { kid: [KEY_ID] } }, /no id/],
  "a token that is over": [{ header: { exp: expired }, claims: { exp: expired } }, /over/],
  "claims that are over": [{ claims: { exp: expired } }, /over/],
  "a header that is over": [{ header: { exp: expired } }, /over/],
  "no end": [{ header: { exp: undefined }, claims: { exp: undefined } }, /over/],
  "an end that is no number": [{ header: { exp: "9999999999" } }, /over/],
  "a payload that is no JSON": [{ claims: "no" }, /payload is no JSON/],
  "a payload that is a list": [{ claims: "[]" }, /payload is no JSON object/],
  "another digest": [{ hash: "sha512" }, /signature/],
};
for (const [what, [changes, message]] of Object.entries(refused)) {
  test(`${what} is not believed`, async () => {
    const { verify } = verifierOf(publicKey);
    await assert.rejects(verify(tokenOf(privateKey, changes)), (error) => {
      assert.ok(error instanceof UntrustedToken, error.stack);
      assert.match(error.message, message);
      return true;
    });
  });
}

test("a signature of another key is not believed", async () => {
  const { verify } = verifierOf(publicKey);
  await assert.rejects(verify(tokenOf(newKeys().privateKey)), UntrustedToken);
});

test("claims that were changed, and signatures cut off, are not believed", async () => {
  const { verify } = verifierOf(publicKey);
  const [head, body, signature] = tokenOf(privateKey).split(".");
  const other = tokenOf(privateKey, { claims: { sub: "admin" } }).split(".")[1];
  for (const token of [
    `${head}.${other}.${signature}`, `${head}.${body}.`, `${head}.${body}`, "", "..", "a.b.c",
    `${head}.${body}.${signature}.`, `${head}.${body}.${signature.slice(0, 40)}`,
    `${head}.${body}.${signature}, ${head}.${body}.${signature}`,
  ]) {
    await assert.rejects(verify(token), UntrustedToken, token);
  }
});

test("a key is asked for once, and not at all for another load balancer's token", async () => {
  const { verify, fetched } = verifierOf(publicKey);
  const foreign = tokenOf(privateKey, { header: { signer: arnOf("999988887777") } });
  await assert.rejects(verify(foreign), UntrustedToken);
  assert.deepEqual(fetched, []);

  await Promise.all([verify(tokenOf(privateKey)), verify(tokenOf(privateKey))]);
  await verify(tokenOf(privateKey));
  assert.deepEqual(fetched, [KEY_ID]);
});

test("a key that could not be fetched is no verdict, and is asked for again", async () => {
  const pem = publicKey.export({ type: "spki", format: "pem" });
  const answers = [new Error("no route"), "no key", pem];
  const verify = createVerifier({
    loadBalancerArn: LOAD_BALANCER,
    now: () => NOW,
    fetchKey: async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  await assert.rejects(verify(tokenOf(privateKey)), KeyUnavailable);
  await assert.rejects(verify(tokenOf(privateKey)), KeyUnavailable);
  assert.equal((await verify(tokenOf(privateKey))).sub, "user-1");
});

test("a key of another kind verifies nothing", async () => {
  const { publicKey: rsa } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await assert.rejects(verifierOf(rsa).verify(tokenOf(privateKey)), UntrustedToken);
});

test("no more than sixteen keys are kept", async () => {
  const pem = publicKey.export({ type: "spki", format: "pem" });
  const fetched = [];
  const verify = createVerifier({
    loadBalancerArn: LOAD_BALANCER,
    now: () => NOW,
    fetchKey: async (keyId) => {
      fetched.push(keyId);
      return pem;
    },
  });
  const ids = Array.from({ length: 17 }, (_, each) => KEY_ID.slice(0, -2) + String(each + 10));
  for (const kid of [...ids, ids[16], ids[0]]) await verify(tokenOf(privateKey, { header: { kid } }));
  assert.deepEqual(fetched, [...ids, ids[0]]);
});

test("keys come from the region's own address, and never by way of a redirect", async () => {
  const asked = [];
  const answer = (status, text = "") => async (url, options) => {
    asked.push([url, options.redirect, options.signal instanceof AbortSignal]);
    return new Response(text, { status });
  };
  const fetchWith = (...given) => fetchPublicKey("eu-central-1", { request: answer(...given) });

  assert.equal(await fetchWith(200, "PEM")(KEY_ID), "PEM");
  assert.deepEqual(asked, [
    [`https://public-keys.auth.elb.eu-central-1.amazonaws.com/${KEY_ID}`, "error", true],
  ]);
  assert.equal(await fetchWith(403)(KEY_ID), undefined);
  assert.equal(await fetchWith(404)(KEY_ID), undefined);
  await assert.rejects(fetchWith(500)(KEY_ID), /answered 500/);
});
