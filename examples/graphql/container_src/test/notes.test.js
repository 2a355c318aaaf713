import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createDocumentClient } from "../src/dynamodb.js";
import { createNotes } from "../src/notes.js";
import { FakeDocumentClient } from "./fake-dynamodb.js";
import { NO_NOTE } from "./support.js";

const endpoint = process.env.AWS_ENDPOINT_URL_DYNAMODB;
const tableName = `notes-test-${process.pid}`;
const script = fileURLToPath(import.meta.resolve("../scripts/create-table.js"));

const createTable = (env) =>
  promisify(execFile)(process.execPath, [script], { env: { ...process.env, ...env } });

/** What the rest of the application relies on, whoever keeps the items. */
function contract(client) {
  let time = "2026-11-20T17:00:00.000Z";
  const notes = createNotes({ client, tableName, now: () => time });

  test("a created note is there, with an id of its own", async () => {
    const one = await notes.create({ title: "One", body: "Grüße 🐳" });
    const two = await notes.create({ title: "One", body: "" });
    assert.notEqual(one.id, two.id);
    const times = { createdAt: time, updatedAt: time };
    assert.deepEqual(await notes.get(one.id), { ...one, title: "One", body: "Grüße 🐳", ...times });
    assert.deepEqual(await notes.get(two.id), { ...two, title: "One", body: "", ...times });
  });

  test("an update changes what it names, and the time", async () => {
    const { id, createdAt } = await notes.create({ title: "Old", body: "Text" });
    time = "2026-11-21T08:00:00.000Z";
    const changed = { id, title: "New", body: "Text", createdAt, updatedAt: time };
    assert.deepEqual(await notes.update(id, { title: "New" }), changed);
    assert.deepEqual(await notes.get(id), changed);
    const emptied = { ...changed, body: "" };
    assert.deepEqual(await notes.update(id, { body: "" }), emptied);
  });

  test("an update creates nothing", async () => {
    assert.equal(await notes.update(NO_NOTE, { title: "None" }), undefined);
    assert.equal(await notes.get(NO_NOTE), undefined);
  });

  test("a note is removed once, and handed back", async () => {
    const note = await notes.create({ title: "Gone", body: "" });
    assert.deepEqual(await notes.remove(note.id), note);
    assert.equal(await notes.remove(note.id), undefined);
    assert.equal(await notes.get(note.id), undefined);
  });

  test("pages hold every note once", async () => {
    const wanted = new Set();
    for (const title of ["a", "b", "c", "d", "e"]) {
      wanted.add((await notes.create({ title, body: "" })).id);
    }
    const seen = [];
    let startAfter;
    do {
      const page = await notes.list({ limit: 2, startAfter });
      assert.ok(page.notes.length <= 2);
      seen.push(...page.notes.map(({ id }) => id));
      startAfter = page.lastId;
    } while (startAfter !== undefined && seen.length <= 20);
    assert.equal(new Set(seen).size, seen.length);
    assert.ok(wanted.isSubsetOf(new Set(seen)));
  });
}

describe("notes in the fake that the other tests use", () => {
  contract(new FakeDocumentClient());
});

const skip = endpoint ? false : "AWS_ENDPOINT_URL_DYNAMODB names no DynamoDB to test against";
describe("notes in DynamoDB", { skip }, () => {
  test("the script creates the table, and does not mind that it exists", async () => {
    const env = { STORAGE_NOTES_NAME: tableName };
    assert.match((await createTable(env)).stdout, /created/);
    assert.match((await createTable(env)).stdout, /exists already/);
  });
  contract(createDocumentClient());
});

for (const [url, problem] of [
  ["", "is not set"],
  ["https://dynamodb.us-east-1.amazonaws.com", "expected one like"],
  ["http://10.0.0.1:8000", "expected one like"],
]) {
  test(`the script creates no table at '${url}'`, async () => {
    const env = { STORAGE_NOTES_NAME: tableName, AWS_ENDPOINT_URL_DYNAMODB: url };
    const stderr = new RegExp(`^create-table: AWS_ENDPOINT_URL_DYNAMODB:? ${problem}`);
    await assert.rejects(createTable(env), { code: 1, stderr });
  });
}
