import assert from "node:assert/strict";
import { test } from "node:test";
import { getIntrospectionQuery, parse } from "graphql";
import { limitErrors } from "../src/limits.js";
import { startApp } from "./support.js";

const deep = (depth) => `${"{ a ".repeat(depth)}${"}".repeat(depth)}`;
const wide = (aliases) =>
  `{ ${Array.from({ length: aliases }, (_, each) => `a${each}: notes { next }`).join(" ")} }`;
const messages = (query) => limitErrors(parse(query)).map(({ message }) => message);
const tooDeep = (depth) => [`expected fields at most 5 deep, got ${depth}`];
const tooWide = (aliases) => [
  `expected at most 5 aliases, got ${aliases}; send several requests`,
];

// Twice as much with each of them: 2 ** 40 aliases, in a document of a few hundred tokens.
const doubling = Array.from({ length: 40 }, (_, each) => `fragment f${each} on Query {
  ...f${each + 1} ...f${each + 1}
}`).join(" ");

for (const [name, query, expected] of [
  ["the schema's whole depth", "{ notes { items { id } } }", []],
  ["five levels", deep(5), []],
  ["six levels", deep(6), tooDeep(6)],
  ["the deepest of several", "{ x a { b { c { d { e { f } } } } } y }", tooDeep(6)],
  ["levels in fragments", `{ a { ...f } } fragment f on Note ${deep(5)}`, tooDeep(6)],
  ["fragments that add no level", "{ ... on Query { ... { a { b { c { d { e } } } } } } }", []],
  ["an inline fragment in the way", `{ ... on Query ${deep(6)} }`, tooDeep(6)],
  ["five aliases", wide(5), []],
  ["six aliases", wide(6), tooWide(6)],
  ["aliases below others", "{ a: x { b: x { c: x d: x e: x f: x } } }", tooWide(6)],
  ["a fragment used twice", "{ ...f a { ...f } } fragment f on Q { b: x c: x d: x }", tooWide(6)],
  ["fragments that double", `{ ...f0 } ${doubling} fragment f40 on Query { a: x }`,
    tooWide(2 ** 40)],
  ["a cycle", "{ ...f } fragment f on Query { a ...f }", []],
  ["a fragment that is not there", "{ ...f }", []],
  ["each operation on its own", `query a ${wide(5)} query b ${wide(5)}`, []],
  ["the second operation", `query a ${wide(5)} query b ${wide(7)}`, tooWide(7)],
  ["both at once", `query a ${deep(7)} query b ${wide(7)}`, [...tooDeep(7), ...tooWide(7)]],
  ["a query for the schema", getIntrospectionQuery(), []],
]) {
  test(`${name}: ${expected.length > 0 ? "refused" : "allowed"}`, () => {
    assert.deepEqual(messages(query), expected);
  });
}

test("what is too complex never reaches the table", async (t) => {
  const { ask, client } = await startApp(t);
  const { status, codes, errors } = await ask(wide(6));
  assert.equal(status, 200);
  assert.deepEqual(codes, ["QUERY_TOO_COMPLEX"]);
  assert.deepEqual(errors[0].locations, [{ line: 1, column: 1 }]);
  assert.equal(client.calls, 0);
});

for (const [name, query] of [
  ["long", `{ ${"a ".repeat(1_001)} }`],
  ["nested", "{a".repeat(20_000)],
  ["nested in a value", `{ note(id: ${"[".repeat(30_000)}`],
]) {
  test(`a query that is too ${name} is not parsed to its end`, async (t) => {
    const { ask } = await startApp(t);
    const { codes, errors } = await ask(query);
    assert.deepEqual(codes, ["GRAPHQL_PARSE_FAILED"]);
    assert.match(errors[0].message, /more than 1000 .*tokens/);
  });
}

test("mistakes are counted no further than to ten", async (t) => {
  const { ask } = await startApp(t);
  const { errors } = await ask(`{ ${Array.from({ length: 50 }, (_, n) => `a${n}`).join(" ")} }`);
  // The eleventh says that there are more.
  assert.equal(errors.length, 11);
});

const SCHEMA = "{ __schema { types { name } } }";

test("nobody learns the schema", async (t) => {
  const { ask } = await startApp(t);
  for (const query of [SCHEMA, '{ __type(name: "Note") { name } }', getIntrospectionQuery()]) {
    const { data, codes } = await ask(query);
    assert.equal(data, undefined);
    assert.deepEqual(new Set(codes), new Set(["GRAPHQL_VALIDATION_FAILED"]));
  }
  assert.equal((await ask("{ __typename }")).data.__typename, "Query");
});

test("where introspection is on, tools can read the schema and typing errors get hints", async (t) => {
  const { ask } = await startApp(t, { introspection: true });
  const { data, errors } = await ask(getIntrospectionQuery());
  assert.equal(errors, undefined);
  assert.ok(data.__schema.types.some(({ name }) => name === "NotePage"));
  assert.match((await ask("{ nots { next } }")).errors[0].message, /Did you mean "note" or "notes"/);
});
