import assert from "node:assert/strict";
import { test } from "node:test";
import { closedPort, serve, startApp } from "./support.js";

/** A python container that answers every request with `answer` and keeps what it was asked. */
async function startPython(t, answer) {
  const asked = [];
  const url = await serve(t, (request, response) => {
    asked.push({ url: request.url, id: request.headers["x-request-id"] });
    answer(response);
  });
  return { asked, url };
}

test("the list comes from the python container, query and request id passed on", async (t) => {
  const { asked, url } = await startPython(t, (response) => {
    response.setHeader("content-type", "application/json");
    response.end('[{"id": 7}]');
  });
  const { request } = await startApp(t, { imagesUrl: url });

  const headers = { "x-request-id": "abc" };
  const answer = await request("GET", "/images?ids=7,42", undefined, headers);

  assert.equal(answer.status, 200);
  assert.deepEqual(answer.json, [{ id: 7 }]);
  assert.deepEqual(asked, [{ url: "/images?ids=7%2C42", id: "abc" }]);
});

test("an image keeps its type and its lifetime", async (t) => {
  const { asked, url } = await startPython(t, (response) => {
    response.setHeader("content-type", "image/svg+xml");
    response.setHeader("cache-control", "public, max-age=86400");
    response.end("<svg/>");
  });
  const { request } = await startApp(t, { imagesUrl: url });

  const { text, headers } = await request("GET", "/images/7.svg");

  assert.equal(text, "<svg/>");
  assert.match(headers.get("content-type"), /^image\/svg\+xml/);
  assert.equal(headers.get("cache-control"), "public, max-age=86400");
  assert.equal(asked[0].url, "/images/7.svg");
});

for (const name of ["..%2Fhealth", "health", "%2e%2e%2fhealth.svg", "a%3Fb.svg"]) {
  test(`/images/${name} never reaches the python container`, async (t) => {
    const { asked, url } = await startPython(t, (response) => response.end());
    const { request } = await startApp(t, { imagesUrl: url });
    assert.equal((await request("GET", `/images/${name}`)).status, 404);
    assert.deepEqual(asked, []);
  });
}

test("a mistake in the request stays the caller's", async (t) => {
  const { url } = await startPython(t, (response) => {
    response.writeHead(400, { "content-type": "application/json" }).end('{"error": "x"}');
  });
  const { request } = await startApp(t, { imagesUrl: url });
  const { status, json } = await request("GET", "/images?ids=x");
  assert.equal(status, 400);
  assert.deepEqual(json, { error: "x" });
});

const failures = [
  ["answers 500", (response) => response.writeHead(500).end(), "python answered 500"],
  ["redirects", (response) => response.writeHead(302, { location: "/" }).end(), "redirect"],
  ["hangs up", (response) => response.destroy(), "other side closed"],
  ["never answers", () => {}, "timeout"],
  ["stalls halfway", (response) => response.writeHead(200).write("["), "timeout"],
];
for (const [name, answer, reason] of failures) {
  test(`a python container that ${name} is 502 within the timeout`, async (t) => {
    const { url } = await startPython(t, answer);
    const { request, lines } = await startApp(t, { imagesUrl: url, imagesTimeoutMs: 200 });

    const started = performance.now();
    const { status, json } = await request("GET", "/images");

    assert.equal(status, 502);
    assert.equal(json.error, "images_unavailable");
    assert.ok(performance.now() - started < 2_000);
    assert.match(JSON.parse(lines.at(-1)).error.message, new RegExp(reason));
  });
}

test("without the python container images are 502 and posts go on", async (t) => {
  const imagesUrl = `http://127.0.0.1:${await closedPort()}`;
  const { request, lines } = await startApp(t, { imagesUrl });

  const { status, text } = await request("GET", "/images");

  assert.equal(status, 502);
  assert.doesNotMatch(text, /ECONNREFUSED/);
  assert.match(JSON.parse(lines.at(-1)).error.message, /ECONNREFUSED/);
  assert.equal((await request("GET", "/posts")).status, 200);
  assert.equal((await request("GET", "/health")).status, 200);
});
