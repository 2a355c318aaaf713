import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import { ConfigError, readConfig } from "../src/config.js";
import { createPageTokens } from "../src/page-token.js";
import { answerOf, startServer } from "./support.js";

const KEY = "hush-0123456789abcdef";
const DEFAULT_FILE = "/run/secrets/PAGE_TOKEN_KEY";

/** Reads from `files`, path to text, and fails as the file system does. */
const readFrom = (files) => (path) => {
  if (path in files) return files[path];
  throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: "ENOENT" });
};

const read = (env, files = {}) =>
  readConfig({ STORAGE_POSTS_NAME: "posts", ...env }, readFrom(files));
const keyOf = (config) => config.pageTokenKey.export().toString();

function problemsOf(env, files) {
  try {
    read(env, files);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.doesNotMatch(inspect(error) + JSON.stringify(error), /hush/);
    return error.problems;
  }
  return [];
}

for (const [name, env, files] of [
  ["the variable", { PAGE_TOKEN_KEY: KEY }, {}],
  [
    "the variable, whatever files there are",
    { PAGE_TOKEN_KEY: KEY, PAGE_TOKEN_KEY_FILE: "/key" },
    { "/key": "another key of the tests", [DEFAULT_FILE]: "another key of the tests" },
  ],
  [
    "the file that a variable names, before the mounted one",
    { PAGE_TOKEN_KEY_FILE: "/key" },
    { "/key": KEY, [DEFAULT_FILE]: "another key of the tests" },
  ],
  ["the mounted file", {}, { [DEFAULT_FILE]: KEY }],
  [
    "the mounted file, as empty variables are none",
    { PAGE_TOKEN_KEY: "", PAGE_TOKEN_KEY_FILE: "" },
    { [DEFAULT_FILE]: KEY },
  ],
]) {
  test(`the key comes from ${name}`, () => assert.equal(keyOf(read(env, files)), KEY));
}

for (const [text, expected] of [
  [`${KEY}\n`, KEY],
  [`${KEY}\r\n`, KEY],
  [`${KEY}\n\n`, `${KEY}\n`],
  [`\n${KEY} `, `\n${KEY} `],
  ["hush-0123456789\nhush", "hush-0123456789\nhush"],
]) {
  test(`the file ${JSON.stringify(text)} holds the key ${JSON.stringify(expected)}`, () => {
    assert.equal(keyOf(read({}, { [DEFAULT_FILE]: text })), expected);
  });
}

test("sixteen characters are enough", () => {
  assert.equal(keyOf(read({ PAGE_TOKEN_KEY: "hush-0123456789a" })), "hush-0123456789a");
});

const SHORT = "hush-0123456789";
const NAMED = "the file named by PAGE_TOKEN_KEY_FILE";
const WAY_OUT = "give it a secret of at least 16 characters";
for (const [name, env, files, problem] of [
  ["nowhere", {}, {}, `not set, and ${DEFAULT_FILE} cannot be read (ENOENT); ${WAY_OUT}`],
  [
    "in no file of that name, though one is mounted",
    { PAGE_TOKEN_KEY_FILE: "/key" },
    { [DEFAULT_FILE]: KEY },
    `not set, and ${NAMED} cannot be read (ENOENT); ${WAY_OUT}`,
  ],
  [
    "in the variable of the file's name by mistake",
    { PAGE_TOKEN_KEY_FILE: KEY },
    {},
    `not set, and ${NAMED} cannot be read (ENOENT); ${WAY_OUT}`,
  ],
  ["too short", { PAGE_TOKEN_KEY: SHORT }, {}, "expected at least 16 characters, got fewer"],
  [
    "too short, though a file holds another",
    { PAGE_TOKEN_KEY: SHORT },
    { [DEFAULT_FILE]: KEY },
    "expected at least 16 characters, got fewer",
  ],
  [
    "too short without its newline",
    {},
    { [DEFAULT_FILE]: `${SHORT}\n` },
    `expected at least 16 characters in ${DEFAULT_FILE}, got fewer`,
  ],
  [
    "in a file that is empty",
    { PAGE_TOKEN_KEY_FILE: "/hush" },
    { "/hush": "" },
    `expected at least 16 characters in ${NAMED}, got fewer`,
  ],
]) {
  test(`a key ${name} is a problem, told without the value`, () => {
    assert.deepEqual(problemsOf(env, files), [`PAGE_TOKEN_KEY: ${problem}`]);
  });
}

test("the problem of the key is told with the others", () => {
  const problems = problemsOf({ STORAGE_POSTS_NAME: "", PAGE_TOKEN_KEY: SHORT, LOG_LEVEL: "loud" });
  assert.deepEqual(problems.map((problem) => problem.split(":")[0]), [
    "STORAGE_POSTS_NAME",
    "PAGE_TOKEN_KEY",
    "LOG_LEVEL",
  ]);
});

test("a configuration that gets into a log line shows nothing of the key", () => {
  const config = read({ PAGE_TOKEN_KEY: KEY });
  const shown = `${JSON.stringify(config)} ${inspect(config, { depth: 9, showHidden: true })}`;
  assert.match(shown, /"port":8080/);
  assert.doesNotMatch(shown, /hush/);
});

test("the server reads a real file, and never logs the key", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "express-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "key");
  writeFileSync(file, `${KEY}\n`);
  const env = { PAGE_TOKEN_KEY: "", LOG_LEVEL: "debug" };

  const server = startServer(t, { ...env, PAGE_TOKEN_KEY_FILE: file });
  const { port } = await server.until("listening");
  const refused = async (token) => {
    const url = `http://127.0.0.1:${port}/posts?limit=0&nextToken=${token}`;
    return (await answerOf(await fetch(url))).json.details.map(({ field }) => field);
  };
  assert.deepEqual(await refused(createPageTokens(KEY).encode(7)), ["limit"]);
  assert.deepEqual(await refused(createPageTokens(`${KEY}\n`).encode(7)), ["limit", "nextToken"]);
  server.child.kill("SIGKILL");
  await server.exited;
  assert.doesNotMatch(JSON.stringify(server.entries), /hush/);

  const failed = startServer(t, { ...env, PAGE_TOKEN_KEY_FILE: folder });
  assert.equal(await failed.exited, 1);
  assert.deepEqual(failed.entries[0].problems, [
    `PAGE_TOKEN_KEY: not set, and ${NAMED} cannot be read (EISDIR); ${WAY_OUT}`,
  ]);
});
