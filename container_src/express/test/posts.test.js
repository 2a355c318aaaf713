import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createDocumentClient } from "../src/dynamodb.js";
import { createPosts } from "../src/posts.js";
import { FakeDocumentClient } from "./fake-dynamodb.js";

const endpoint = process.env.AWS_ENDPOINT_URL_DYNAMODB;
const tableName = `posts-test-${process.pid}`;
const script = fileURLToPath(import.meta.resolve("../scripts/create-table.js"));

const createTable = (env) =>
  promisify(execFile)(process.execPath, [script], { env: { ...process.env, ...env } });

/** What the rest of the application relies on, whoever keeps the items. */
function contract(posts) {
  test("create takes an id once", async () => {
    assert.equal(await posts.create({ id: 1, title: "One", body: "" }), true);
    assert.equal(await posts.create({ id: 1, title: "Another", body: "" }), false);
    assert.deepEqual(await posts.get(1), { id: 1, title: "One", body: "" });
  });

  test("the largest id comes back as it went in", async () => {
    const post = { id: Number.MAX_SAFE_INTEGER, title: "Large", body: "Grüße 🐳" };
    assert.equal(await posts.create(post), true);
    assert.deepEqual(await posts.get(post.id), post);
    assert.equal(await posts.remove(post.id), true);
  });

  test("replace changes what is there and creates nothing", async () => {
    const changed = { id: 1, title: "Changed", body: "x" };
    assert.deepEqual(await posts.replace(changed), changed);
    assert.deepEqual(await posts.get(1), changed);
    assert.equal(await posts.replace({ id: 2, title: "None", body: "" }), undefined);
    assert.equal(await posts.get(2), undefined);
  });

  test("remove works once", async () => {
    assert.equal(await posts.remove(1), true);
    assert.equal(await posts.remove(1), false);
    assert.equal(await posts.get(1), undefined);
  });

  test("list walks through every post once", async () => {
    for (const id of [10, 11, 12, 13, 14]) await posts.create({ id, title: `${id}`, body: "" });
    const seen = [];
    let startAfter;
    do {
      const page = await posts.list({ limit: 2, startAfter });
      assert.ok(page.posts.length <= 2);
      seen.push(...page.posts.map(({ id }) => id));
      startAfter = page.lastId;
    } while (startAfter !== undefined && seen.length <= 5);
    assert.deepEqual(seen.sort(), [10, 11, 12, 13, 14]);
  });
}

describe("posts in the fake that the other tests use", () => {
  contract(createPosts({ client: new FakeDocumentClient(), tableName }));
});

const skip = endpoint ? false : "AWS_ENDPOINT_URL_DYNAMODB names no DynamoDB to test against";
describe("posts in DynamoDB", { skip }, () => {
  test("the script creates the table, and does not mind that it exists", async () => {
    const env = { STORAGE_POSTS_NAME: tableName };
    assert.match((await createTable(env)).stdout, /created/);
    assert.match((await createTable(env)).stdout, /exists already/);
  });
  contract(createPosts({ client: createDocumentClient(), tableName }));
});

for (const [url, problem] of [
  ["", "is not set"],
  ["https://dynamodb.us-east-1.amazonaws.com", "expected one like"],
  ["http://10.0.0.1:8000", "expected one like"],
  ["nonsense", "expected one like"],
]) {
  test(`the script creates no table at '${url}'`, async () => {
    const env = { STORAGE_POSTS_NAME: tableName, AWS_ENDPOINT_URL_DYNAMODB: url };
    const stderr = new RegExp(`^create-table: AWS_ENDPOINT_URL_DYNAMODB:? ${problem}`);
    await assert.rejects(createTable(env), { code: 1, stderr });
  });
}
