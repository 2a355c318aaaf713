import { failure } from "./errors.js";
import { decodeToken } from "./page-token.js";

const MAX_TITLE = 200;
const MAX_BODY = 10_000;
const MAX_LIMIT = 50;

// The form of node:crypto's randomUUID.
const ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

export const isId = (value) => typeof value === "string" && ID.test(value);

const show = (value) => JSON.stringify(value).slice(0, 60);

function refuseIfAny(details) {
  if (details.length === 0) return;
  const message = details.map(({ field, problem }) => `${field}: ${problem}`).join("; ");
  throw failure("BAD_USER_INPUT", message, { details });
}

export function checkId(id) {
  const problem = `expected the id of a note, got ${show(id)}`;
  refuseIfAny(isId(id) ? [] : [{ field: "id", problem }]);
}

const CHECKS = {
  title: {
    holds: (value) =>
      typeof value === "string" && value.trim() !== "" && value.length <= MAX_TITLE,
    rule: `expected a text of 1 to ${MAX_TITLE} characters`,
  },
  body: {
    holds: (value) => typeof value === "string" && value.length <= MAX_BODY,
    rule: `expected a text of at most ${MAX_BODY} characters`,
  },
};

/** Checks the fields that are there; which ones must be is the schema's to say. */
export function checkFields(fields) {
  const names = Object.keys(fields);
  if (names.length === 0) {
    refuseIfAny([{ field: "change", problem: "expected title, body or both, got neither" }]);
  }
  refuseIfAny(
    names
      .filter((field) => !CHECKS[field].holds(fields[field]))
      .map((field) => ({ field, problem: `${CHECKS[field].rule}, got ${show(fields[field])}` })),
  );
}

export function pageFrom({ limit, after }) {
  // A first page may be asked for with null, which is what a variable without a value holds.
  const isFirst = after === undefined || after === null;
  const startAfter = isFirst ? undefined : decodeToken(after);
  const details = [];
  if (!(limit >= 1 && limit <= MAX_LIMIT)) {
    const problem = `expected an integer between 1 and ${MAX_LIMIT}, got ${limit}`;
    details.push({ field: "limit", problem });
  }
  if (!isFirst && !isId(startAfter)) {
    const problem = `expected the next of an earlier page, got ${show(after)}`;
    details.push({ field: "after", problem });
  }
  refuseIfAny(details);
  return { limit, startAfter };
}
