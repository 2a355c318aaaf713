import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createPageTokens } from "../src/page-token.js";
import { PAGE_TOKEN_KEY, startApp } from "./support.js";

const post = { id: 7, title: "Fargate", body: "No servers to patch." };

test("a post lives through create, read, replace and delete", async (t) => {
  const { request } = await startApp(t);

  const created = await request("POST", "/posts", post);
  assert.equal(created.status, 201);
  assert.equal(created.headers.get("location"), "/posts/7");
  assert.deepEqual(created.json, post);
  assert.deepEqual((await request("GET", "/posts/7")).json, post);

  const replaced = await request("PUT", "/posts/7", { title: "Changed" });
  assert.equal(replaced.status, 200);
  assert.deepEqual(replaced.json, { id: 7, title: "Changed", body: "" });
  assert.deepEqual((await request("GET", "/posts/7")).json, replaced.json);

  const deleted = await request("DELETE", "/posts/7");
  assert.equal(deleted.status, 204);
  assert.equal(deleted.text, "");
  assert.equal((await request("GET", "/posts/7")).status, 404);
});

test("an id that is taken is a conflict and changes nothing", async (t) => {
  const { request } = await startApp(t);
  await request("POST", "/posts", post);

  const second = await request("POST", "/posts", { ...post, title: "Another" });

  assert.equal(second.status, 409);
  assert.equal(second.json.error, "post_exists");
  assert.equal(second.json.message, "a post with the id 7 exists already");
  assert.equal((await request("GET", "/posts/7")).json.title, "Fargate");
});

for (const [method, body] of [["GET"], ["PUT", { title: "x" }], ["DELETE"]]) {
  test(`${method} of a post that does not exist is 404 and creates none`, async (t) => {
    const { request, client } = await startApp(t);

    const answer = await request(method, "/posts/404", body);

    assert.equal(answer.status, 404);
    assert.equal(answer.json.message, "no post has the id 404");
    assert.equal(client.items.size, 0);
  });
}

test("pages of a list hold every post once", async (t) => {
  const { request } = await startApp(t);
  for (let id = 1; id <= 5; id += 1) await request("POST", "/posts", { id, title: `Post ${id}` });

  const seen = [];
  let next = "";
  do {
    const { json } = await request("GET", `/posts?limit=2${next}`);
    seen.push(json.posts.map(({ id }) => id));
    next = json.nextToken && `&nextToken=${json.nextToken}`;
  } while (next && seen.length <= 3);

  assert.deepEqual(seen, [[1, 2], [3, 4], [5]]);
});

test("an empty table is an empty list", async (t) => {
  const { request } = await startApp(t);
  const { status, json } = await request("GET", "/posts");
  assert.equal(status, 200);
  assert.deepEqual(json, { posts: [] });
});

describe("what a post must be", () => {
  const cases = [
    ["no id", { title: "x" }, ["id"]],
    ["an id in quotes", { ...post, id: "7" }, ["id"]],
    ["a fraction", { ...post, id: 1.5 }, ["id"]],
    ["a negative id", { ...post, id: -1 }, ["id"]],
    ["an id too large to keep", '{"id": 9007199254740993, "title": "x"}', ["id"]],
    ["null", { ...post, id: null }, ["id"]],
    ["no title", { id: 7 }, ["title"]],
    ["a title of blanks", { ...post, title: "  " }, ["title"]],
    ["a title too long", { ...post, title: "x".repeat(201) }, ["title"]],
    ["a body that is no text", { ...post, body: ["x"] }, ["body"]],
    ["a body too long", { ...post, body: "x".repeat(10_001) }, ["body"]],
    ["a field unknown", { ...post, admin: true }, ["admin"]],
    ["several mistakes at once", { id: "7", titel: "x" }, ["id", "title", "titel"]],
    ["a list", [post], ["body"]],
    ["no body", undefined, ["body"]],
  ];
  for (const [name, body, fields] of cases) {
    test(`${name} is refused`, async (t) => {
      const { request, client } = await startApp(t);

      const { status, json } = await request("POST", "/posts", body);

      assert.equal(status, 400);
      assert.equal(json.error, "invalid_request");
      assert.deepEqual(json.details.map(({ field }) => field), fields);
      assert.equal(client.items.size, 0);
    });
  }

  test("the message says what was expected and what came", async (t) => {
    const { request } = await startApp(t);
    const { json } = await request("POST", "/posts", { id: "7", title: "x" });
    assert.equal(
      json.message,
      'id: expected an integer between 0 and 9007199254740991, got "7"',
    );
  });

  test("the longest post fits, every character escaped", async (t) => {
    const { request } = await startApp(t);
    const body = "\\u0001".repeat(10_000);
    const answer = await request("POST", "/posts", `{"id": 1, "title": "x", "body": "${body}"}`);
    assert.equal(answer.status, 201);
  });

  test("a body may not contradict the path", async (t) => {
    const { request } = await startApp(t);
    await request("POST", "/posts", post);
    const { status, json } = await request("PUT", "/posts/7", { ...post, id: 8 });
    assert.equal(status, 400);
    assert.equal(json.message, "id: expected 7 as in the path, got 8");
  });
});

for (const id of ["abc", "1.5", "-1", "1e3", "0x10", "%207", "9007199254740993", "%F0%9F%90%B3"]) {
  test(`the path /posts/${id} is refused`, async (t) => {
    const { request } = await startApp(t);
    for (const [method, body] of [["GET"], ["PUT", { title: "x" }], ["DELETE"]]) {
      const { status, json } = await request(method, `/posts/${id}`, body);
      assert.equal(status, 400);
      assert.equal(json.details[0].field, "id");
    }
  });
}

const ours = createPageTokens(PAGE_TOKEN_KEY);
const unsigned = Buffer.from('{"id":7}').toString("base64url");
const ofAnotherKey = createPageTokens("another key of the tests").encode(7);
for (const [query, field] of [
  ["limit=0", "limit"],
  ["limit=101", "limit"],
  ["limit=ten", "limit"],
  ["limit=", "limit"],
  ["limit=1&limit=2", "limit"],
  ["nextToken=", "nextToken"],
  ["nextToken=garbage", "nextToken"],
  ["nextToken=bnVsbA", "nextToken"],
  [`nextToken=${unsigned}`, "nextToken"],
  [`nextToken=${unsigned}.${ours.encode(8).split(".")[1]}`, "nextToken"],
  [`nextToken=${ofAnotherKey}`, "nextToken"],
  [`nextToken=${ours.encode("7")}`, "nextToken"],
  ["nextToken=a&nextToken=b", "nextToken"],
]) {
  test(`the query ?${query} is refused`, async (t) => {
    const { request } = await startApp(t);
    const { status, json } = await request("GET", `/posts?${query}`);
    assert.equal(status, 400);
    assert.deepEqual(json.details.map((detail) => detail.field), [field]);
  });
}

test("a token that was not made here is told like any other mistake", async (t) => {
  const { request } = await startApp(t);
  const { json } = await request("GET", `/posts?nextToken=${ofAnotherKey}`);
  assert.equal(json.error, "invalid_request");
  assert.equal(
    json.message,
    `nextToken: expected the nextToken of an earlier page, got "${ofAnotherKey}"`,
  );
});

for (const name of ["ResourceNotFoundException", "TimeoutError", "AccessDeniedException"]) {
  test(`${name} from the table is 503 on every route, its cause in the log only`, async (t) => {
    const { request, client, lines } = await startApp(t);
    client.failing = name;

    for (const [method, path, body] of [
      ["GET", "/posts"],
      ["POST", "/posts", post],
      ["GET", "/posts/7"],
      ["PUT", "/posts/7", post],
      ["DELETE", "/posts/7"],
    ]) {
      const { status, json, text, headers } = await request(method, path, body);
      assert.equal(status, 503);
      assert.equal(json.error, "table_unavailable");
      assert.equal(headers.get("retry-after"), "5");
      assert.doesNotMatch(text, new RegExp(name));
      const entry = JSON.parse(lines.at(-1));
      assert.equal(entry.level, "error");
      assert.equal(entry.error.name, name);
    }
    assert.equal((await request("GET", "/health")).status, 200);
  });
}
