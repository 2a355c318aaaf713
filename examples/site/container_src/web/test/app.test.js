import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyUnavailable } from "../src/identity.js";
import { assets, newKeys, SIGN_OUT_URL, startApp, tokenOf, verifierOf } from "./support.js";

const { publicKey, privateKey } = newKeys();
const PAGES = ["/", "/about", "/me"];
const STYLE = assets.path("site.css");

for (const path of PAGES) {
  test(`${path} is a page that is kept nowhere and takes nothing from elsewhere`, async (t) => {
    const { ask } = await startApp(t);
    const { status, headers, text } = await ask(path);
    assert.equal(status, 200);
    assert.equal(headers["content-type"], "text/html; charset=utf-8");
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(Number(headers["content-length"]), Buffer.byteLength(text));
    assert.match(text, /^<!DOCTYPE html>\n<html lang="en">/);
    assert.equal(text.match(/<h1>/g).length, 1);
    assert.match(text, new RegExp(`<a href="${path}" aria-current="page">`));
    assert.equal(text.match(/aria-current/g).length, 1);
    assert.doesNotMatch(text, /<script|\son\w+=|https?:\/\//);
  });
}

test("every link and asset of every page is there", async (t) => {
  const { ask } = await startApp(t);
  const addresses = new Set();
  for (const path of [...PAGES, "/none"]) {
    const { text } = await ask(path);
    for (const [, address] of text.matchAll(/(?:href|src|action)="([^"#]+)"/g)) {
      addresses.add(address);
    }
  }
  assert.ok(addresses.has(STYLE));
  assert.ok(addresses.has("/about"));
  for (const address of addresses) assert.equal((await ask(address)).status, 200, address);
});

test("assets may be kept for ever at addresses of their own", async (t) => {
  const { ask } = await startApp(t);
  for (const [name, type] of [["site.css", "text/css; charset=utf-8"], ["icon.svg", "image/svg+xml"]]) {
    const { status, headers, text } = await ask(assets.path(name));
    assert.equal(status, 200);
    assert.equal(headers["content-type"], type);
    assert.equal(headers["cache-control"], "public, max-age=31536000, immutable");
    assert.equal(text, assets.text(name));
  }
});

test("an asset of another version is answered with this one's, and not kept", async (t) => {
  const { ask } = await startApp(t);
  const { status, headers } = await ask("/assets/site.0123456789abcdef.css");
  assert.deepEqual([status, headers["cache-control"]], [200, "no-store"]);
});

for (const path of [
  "/none", "/about/", "/ABOUT", "//about", "/me/../about", "/assets", "/assets/", "/assets/site.css",
  "/assets/../package.json", "/assets/..%2fpackage.json", "/assets/%2e%2e/src/app.js",
  "/assets/none.0123456789abcdef.css", "/assets/site.0123456789abcdef.svg",
  `/assets/..${STYLE}`, "/assets/....//....//etc/passwd", "/errors/404.html",
  "/__proto__", "/constructor", "/%00", "http://example.com/about", "/sign-out",
]) {
  test(`there is nothing at ${path}`, async (t) => {
    const { ask } = await startApp(t);
    const { status, headers, text } = await ask(path);
    assert.equal(status, 404);
    assert.equal(headers["cache-control"], "no-store");
    assert.match(text, /<h1>Page not found<\/h1>/);
  });
}

test("a query changes nothing", async (t) => {
  const { ask } = await startApp(t);
  assert.equal((await ask("/about?next=//evil.example")).status, 200);
});

test("HEAD answers as GET does, without the body", async (t) => {
  const { ask } = await startApp(t);
  for (const path of [...PAGES, "/health", STYLE, "/errors/503.html", "/none"]) {
    const [got, head] = [await ask(path), await ask(path, { method: "HEAD" })];
    assert.equal(head.text, "");
    assert.equal(head.status, got.status);
    for (const name of ["content-length", "content-type", "cache-control"]) {
      assert.equal(head.headers[name], got.headers[name]);
    }
  }
});

for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
  test(`${method} is for no page, and the answer says what is`, async (t) => {
    const { ask } = await startApp(t);
    for (const path of [...PAGES, "/health", STYLE, "/errors/503.html"]) {
      const { status, headers } = await ask(path, { method });
      assert.equal(status, 405);
      assert.equal(headers.allow, "GET, HEAD");
    }
  });
}

test("the page for errors stands alone and may be kept for long", async (t) => {
  const { ask } = await startApp(t);
  const { status, headers, text } = await ask("/errors/503.html");
  assert.equal(status, 200);
  assert.equal(headers["cache-control"], "public, max-age=604800, stale-if-error=2592000");
  assert.doesNotMatch(text, /(href|src)="(?!data:,")/);
  assert.match(text, /<style>:root/);
});

test("the health check follows the drain", async (t) => {
  const { ask, state, lines } = await startApp(t);
  assert.equal((await ask("/health")).text, '{"status":"ok"}');
  state.draining = true;
  assert.equal((await ask("/health")).status, 503);
  assert.deepEqual(lines.map(({ level }) => level), ["debug", "debug"]);
});

test("without sign-in no token is believed", async (t) => {
  const { ask } = await startApp(t);
  const headers = { "x-amzn-oidc-data": tokenOf(privateKey, { claims: { name: "Ada" } }) };
  const { status, text } = await ask("/me", { headers });
  assert.equal(status, 200);
  assert.match(text, /Nobody signs in to this deployment/);
  assert.doesNotMatch(text, /Ada/);
});

test("a visitor sees who the site takes them for, and can sign out", async (t) => {
  const { ask, lines } = await startApp(t, verifierOf(publicKey));
  const claims = { name: "<b>Ada</b> & \"co\"", email: "ada@example.com", secret: "hidden" };
  const headers = { "x-amzn-oidc-data": tokenOf(privateKey, { claims }) };
  const { status, text, headers: answered } = await ask("/me", { headers });
  assert.equal(status, 200);
  assert.equal(answered["cache-control"], "no-store");
  assert.match(text, /<dd>&lt;b&gt;Ada&lt;\/b&gt; &amp; &quot;co&quot;<\/dd>/);
  assert.match(text, /<dd>ada@example\.com<\/dd>/);
  assert.match(text, /<form method="post" action="\/sign-out">/);
  assert.doesNotMatch(text, /hidden/);
  assert.doesNotMatch(JSON.stringify(lines), /ada@example/);
});

for (const [what, headers] of [
  ["no token", {}],
  ["a token that somebody made", { "x-amzn-oidc-data": tokenOf(newKeys().privateKey) }],
  ["a token and the unsigned header", { "x-amzn-oidc-identity": "admin", "x-amzn-oidc-data": "x" }],
]) {
  test(`with sign-in, ${what} is refused`, async (t) => {
    const { ask, lines } = await startApp(t, verifierOf(publicKey));
    const { status, text } = await ask("/me", { headers });
    assert.equal(status, 403);
    assert.match(text, /<h1>Not signed in<\/h1>/);
    assert.doesNotMatch(text, /admin|user-1/);
    assert.ok(lines.at(-1).refused);
  });
}

test("where a token cannot be checked, the visitor is asked to come back", async (t) => {
  const cause = new Error("no route");
  const verify = async () => {
    throw new KeyUnavailable("the key could not be fetched", { cause });
  };
  const { ask, lines } = await startApp(t, { verify });
  const { status, headers, text } = await ask("/me");
  assert.deepEqual([status, headers["retry-after"]], [503, "5"]);
  assert.doesNotMatch(text, /no route/);
  assert.equal(lines.at(-1).error, "the key could not be fetched: no route");
});

test("signing out takes a form, expires the session and goes on to Cognito", async (t) => {
  const { ask } = await startApp(t, verifierOf(publicKey));
  const shown = await ask("/sign-out");
  assert.equal(shown.status, 200);
  assert.equal(shown.headers["set-cookie"], undefined);
  assert.match(shown.text, /<form method="post" action="\/sign-out">/);

  for (const site of [undefined, "same-origin", "none"]) {
    const headers = site ? { "sec-fetch-site": site } : {};
    const done = await ask("/sign-out", { method: "POST", headers });
    assert.equal(done.status, 303);
    assert.equal(done.headers.location, SIGN_OUT_URL);
    assert.equal(done.headers["cache-control"], "no-store");
    const attributes = "Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure; HttpOnly";
    assert.deepEqual(
      done.headers["set-cookie"],
      [0, 1, 2, 3].map((part) => `AWSELBAuthSessionCookie-${part}=; ${attributes}`),
    );
  }
});

test("another site signs nobody out", async (t) => {
  const { ask } = await startApp(t, verifierOf(publicKey));
  for (const site of ["cross-site", "same-site"]) {
    const headers = { "sec-fetch-site": site };
    const { status, headers: answered } = await ask("/sign-out", { method: "POST", headers });
    assert.equal(status, 403);
    assert.equal(answered["set-cookie"], undefined);
  }
  const { headers } = await ask("/sign-out", { method: "DELETE" });
  assert.equal(headers.allow, "GET, HEAD, POST");
});

test("a mistake of the site's is a page without details, and a line with them", async (t) => {
  const now = () => {
    throw new Error("broken clock");
  };
  const { ask, lines } = await startApp(t, { site: { now } });
  const { status, headers, text } = await ask("/");
  assert.deepEqual([status, headers["cache-control"]], [500, "no-store"]);
  assert.doesNotMatch(text, /clock/);
  assert.equal(lines.at(-1).level, "error");
  assert.match(lines.at(-1).error, /broken clock/);
});

test("a request is one line, under CloudFront's id if it has a sane one", async (t) => {
  const { ask, lines } = await startApp(t);
  const headers = { "x-amz-cf-id": "abc_-==", "x-amzn-trace-id": "Root=1-2" };
  assert.equal((await ask("/about?secret=1", { headers })).headers["x-request-id"], "abc_-==");
  const { requestId, level, message, method, path, status, durationMs } = lines.at(-1);
  assert.deepEqual(
    { requestId, level, message, method, path, status },
    { requestId: "abc_-==", level: "info", message: "request", method: "GET", path: "/about", status: 200 },
  );
  assert.equal(typeof durationMs, "number");
  assert.doesNotMatch(JSON.stringify(lines), /secret/);

  await ask("/about", { headers: { "x-amz-cf-id": '"}{"', "x-amzn-trace-id": "Root=1-2" } });
  assert.equal(lines.at(-1).requestId, "Root=1-2");
});
