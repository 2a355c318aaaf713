import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NO_NOTE, startApp } from "./support.js";

const CREATE = `mutation Create($note: NewNote!) {
  createNote(note: $note) { id title body createdAt updatedAt }
}`;
const READ = "query Read($id: ID!) { note(id: $id) { id title body createdAt updatedAt } }";
const UPDATE = `mutation Update($id: ID!, $change: NoteChange!) {
  updateNote(id: $id, change: $change) { id title body }
}`;
const DELETE = "mutation Delete($id: ID!) { deleteNote(id: $id) { id title } }";
const LIST = `query List($limit: Int! = 20, $after: String) {
  notes(limit: $limit, after: $after) { items { id title } next }
}`;

test("a note lives through create, read, update and delete", async (t) => {
  const { ask } = await startApp(t);

  const { data, errors } = await ask(CREATE, { note: { title: "Fargate", body: "No servers." } });
  assert.equal(errors, undefined);
  const created = data.createNote;
  const { id, title, body, createdAt } = created;
  assert.deepEqual([title, body], ["Fargate", "No servers."]);
  assert.ok(Date.parse(createdAt));
  assert.deepEqual((await ask(READ, { id })).data.note, created);

  const updated = await ask(UPDATE, { id, change: { title: "ECS" } });
  assert.deepEqual(updated.data.updateNote, { id, title: "ECS", body: "No servers." });
  assert.equal((await ask(READ, { id })).data.note.title, "ECS");

  const deleted = await ask(DELETE, { id });
  assert.deepEqual(deleted.data.deleteNote, { id, title: "ECS" });
  assert.deepEqual(await ask(READ, { id }), { status: 200, data: { note: null }, codes: undefined });
});

test("a note without a body has an empty one", async (t) => {
  const { ask } = await startApp(t);
  const { data } = await ask(CREATE, { note: { title: "x" } });
  assert.equal(data.createNote.body, "");
});

for (const [query, variables] of [
  [UPDATE, { id: NO_NOTE, change: { title: "x" } }],
  [DELETE, { id: NO_NOTE }],
]) {
  test(`${query.split("(")[0]} of a note that does not exist is NOT_FOUND`, async (t) => {
    const { ask, client } = await startApp(t);
    const { status, data, errors, codes } = await ask(query, variables);
    assert.equal(status, 200);
    assert.equal(data, null);
    assert.deepEqual(codes, ["NOT_FOUND"]);
    assert.equal(errors[0].message, `no note has the id ${NO_NOTE}`);
    assert.equal(errors[0].path.length, 1);
    assert.equal(client.items.size, 0);
  });
}

test("pages of a list hold every note once", async (t) => {
  const { ask } = await startApp(t);
  for (let each = 1; each <= 5; each += 1) await ask(CREATE, { note: { title: `Note ${each}` } });

  const seen = [];
  let after = null;
  do {
    const { data } = await ask(LIST, { limit: 2, after });
    seen.push(data.notes.items.map(({ title }) => title));
    after = data.notes.next;
  } while (after && seen.length <= 3);

  assert.deepEqual(seen, [["Note 1", "Note 2"], ["Note 3", "Note 4"], ["Note 5"]]);
});

test("an empty table is an empty page", async (t) => {
  const { ask } = await startApp(t);
  const { data } = await ask(LIST);
  assert.deepEqual(data, { notes: { items: [], next: null } });
});

test("a page has 20 notes unless another number is asked for", async (t) => {
  const { ask } = await startApp(t);
  for (let each = 0; each < 21; each += 1) await ask(CREATE, { note: { title: "x" } });
  const { data } = await ask("{ notes { items { id } } }");
  assert.equal(data.notes.items.length, 20);
});

describe("what the caller must give", () => {
  const note = { title: "x" };
  const token = (id) => Buffer.from(JSON.stringify({ id })).toString("base64url");
  const cases = [
    ["a title of blanks", CREATE, { note: { title: "  " } }, ["title"]],
    ["a title too long", CREATE, { note: { title: "x".repeat(201) } }, ["title"]],
    ["a body too long", CREATE, { note: { ...note, body: "x".repeat(10_001) } }, ["body"]],
    ["two mistakes", CREATE, { note: { title: "", body: "x".repeat(10_001) } }, ["title", "body"]],
    ["no change", UPDATE, { id: NO_NOTE, change: {} }, ["change"]],
    ["null for a title", UPDATE, { id: NO_NOTE, change: { title: null } }, ["title"]],
    ["null for a body", UPDATE, { id: NO_NOTE, change: { body: null } }, ["body"]],
    ["an id of another form", READ, { id: "7" }, ["id"]],
    ["an empty id", DELETE, { id: "" }, ["id"]],
    ["an id with more before it", READ, { id: `0${NO_NOTE}` }, ["id"]],
    ["an id of another form to update", UPDATE, { id: `${NO_NOTE}0`, change: note }, ["id"]],
    ["a limit of 0", LIST, { limit: 0 }, ["limit"]],
    ["a limit of 51", LIST, { limit: 51 }, ["limit"]],
    ["an empty token", LIST, { after: "" }, ["after"]],
    ["a token of nothing", LIST, { after: "bnVsbA" }, ["after"]],
    ["a forged token", LIST, { after: token("7") }, ["after"]],
    ["a token with a list", LIST, { after: token([NO_NOTE]) }, ["after"]],
    ["a wrong page altogether", LIST, { limit: 51, after: "x" }, ["limit", "after"]],
  ];
  for (const [name, query, variables, fields] of cases) {
    test(`${name} is refused before the table is asked`, async (t) => {
      const { ask, client } = await startApp(t);
      const { status, errors, codes } = await ask(query, variables);
      assert.equal(status, 200);
      assert.deepEqual(codes, ["BAD_USER_INPUT"]);
      assert.deepEqual(errors[0].extensions.details.map(({ field }) => field), fields);
      assert.equal(client.calls, 0);
    });
  }

  for (const [name, query, variables] of [
    ["no note", CREATE, {}],
    ["no title", CREATE, { note: {} }],
    ["null for a new body", CREATE, { note: { ...note, body: null } }],
    ["a field unknown", CREATE, { note: { ...note, titel: "y" } }],
    ["a title that is no text", CREATE, { note: { title: 7 } }],
    ["a limit that is a fraction", LIST, { limit: 1.5 }],
  ]) {
    test(`${name} does not fit the schema`, async (t) => {
      const { ask, client } = await startApp(t);
      const { codes, errors } = await ask(query, variables);
      assert.deepEqual(codes, ["BAD_USER_INPUT"]);
      assert.doesNotMatch(errors[0].message, /Did you mean/);
      assert.equal(client.calls, 0);
    });
  }

  test("the message says what was expected and what came", async (t) => {
    const { ask } = await startApp(t);
    const { errors } = await ask(LIST, { limit: 51, after: "x" });
    assert.equal(
      errors[0].message,
      "limit: expected an integer between 1 and 50, got 51; " +
        'after: expected the next of an earlier page, got "x"',
    );
  });

  test("of a long value the message shows the start", async (t) => {
    const { ask } = await startApp(t);
    const { errors } = await ask(READ, { id: "x".repeat(1_000) });
    assert.equal(errors[0].message, `id: expected the id of a note, got "${"x".repeat(59)}`);
  });

  test("the longest note fits, every character escaped", async (t) => {
    const { request, client } = await startApp(t);
    const body = "\\u0001".repeat(10_000);
    const variables = `{"note": {"title": "x", "body": "${body}"}}`;
    const text = `{"query": ${JSON.stringify(CREATE)}, "variables": ${variables}}`;
    assert.equal((await request("POST", "/graphql", text)).json.errors, undefined);
    assert.equal(client.items.size, 1);
  });
});

for (const [name, query, code] of [
  ["text that is no query", "notes please", "GRAPHQL_PARSE_FAILED"],
  ["an empty query", "", "GRAPHQL_PARSE_FAILED"],
  ["a field that the schema lacks", "{ notes { items { titel } } }", "GRAPHQL_VALIDATION_FAILED"],
  ["an argument left out", "{ note { id } }", "GRAPHQL_VALIDATION_FAILED"],
  ["a subscription", "subscription { notes { next } }", "GRAPHQL_VALIDATION_FAILED"],
  ["a fragment cycle", "{ ...a } fragment a on Query { ...a }", "GRAPHQL_VALIDATION_FAILED"],
  ["a fragment that is not there", "{ ...a }", "GRAPHQL_VALIDATION_FAILED"],
  ["no operation at all", "fragment a on Note { id }", "GRAPHQL_VALIDATION_FAILED"],
  ["two operations and no choice", "query a { notes { next } } query b { notes { next } }",
    "BAD_REQUEST"],
]) {
  test(`${name} is ${code}`, async (t) => {
    const { ask, client } = await startApp(t);
    const { data, codes, errors } = await ask(query);
    assert.equal(data, undefined);
    assert.deepEqual(new Set(codes), new Set([code]));
    assert.doesNotMatch(JSON.stringify(errors), /Did you mean/);
    assert.equal(client.calls, 0);
  });
}

test("errors of a query say where", async (t) => {
  const { ask } = await startApp(t);
  assert.deepEqual((await ask("{ nots { next } }")).errors[0].locations, [{ line: 1, column: 3 }]);
  assert.deepEqual((await ask("{ notes(")).errors[0].locations, [{ line: 1, column: 9 }]);
});

test("the operationName chooses", async (t) => {
  const { request } = await startApp(t);
  const query = "query a { notes { next } } query b { notes { __typename } }";
  const { json } = await request("POST", "/graphql", { query, operationName: "b" });
  assert.deepEqual(json, { data: { notes: { __typename: "NotePage" } } });
});

for (const name of ["ResourceNotFoundException", "TimeoutError", "AccessDeniedException"]) {
  test(`${name} from the table fails every field, its cause in the log only`, async (t) => {
    const { request, ask, client, logged } = await startApp(t);
    client.failing = name;

    for (const [query, variables] of [
      [CREATE, { note: { title: "x" } }],
      [READ, { id: NO_NOTE }],
      [UPDATE, { id: NO_NOTE, change: { title: "x" } }],
      [DELETE, { id: NO_NOTE }],
      [LIST, {}],
    ]) {
      const { codes, errors } = await ask(query, variables);
      assert.deepEqual(codes, ["TABLE_UNAVAILABLE"]);
      assert.doesNotMatch(JSON.stringify(errors), new RegExp(name));
      const { level, errors: [{ code, name: cause, stack }] } = logged();
      assert.deepEqual([level, code, cause, stack], ["error", "TABLE_UNAVAILABLE", name, undefined]);
    }
    assert.equal((await request("GET", "/health")).status, 200);
  });
}

test("an error of our own is masked, and logged with its stack", async (t) => {
  const { ask, client, logged } = await startApp(t);
  client.send = async () => ({ Items: null });
  const { data, codes, errors } = await ask(LIST);
  assert.equal(data, null);
  assert.deepEqual(codes, ["INTERNAL"]);
  assert.equal(errors[0].message, "the field could not be resolved");
  assert.deepEqual(errors[0].path, ["notes", "items"]);
  const { level, errors: [error] } = logged();
  assert.equal(level, "error");
  assert.match(error.message, /null for non-nullable field NotePage.items/);
  assert.match(error.stack, /at /);
});

test("a field that fails leaves the others", async (t) => {
  const { ask } = await startApp(t);
  const { data, codes } = await ask('{ note(id: "7") { id } notes { next } }');
  assert.deepEqual(data, { note: null, notes: { next: null } });
  assert.deepEqual(codes, ["BAD_USER_INPUT"]);
});
