import { HttpError } from "./errors.js";

const MAX_TITLE = 200;
const MAX_BODY = 10_000;
const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 25;

/** DynamoDB stores larger numbers than JavaScript can hold without rounding them. */
export const isId = (value) => Number.isSafeInteger(value) && value >= 0;
const ID_RULE = `expected an integer between 0 and ${Number.MAX_SAFE_INTEGER}`;

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

const show = (value) => (value === undefined ? "nothing" : JSON.stringify(value).slice(0, 60));

function refuseIfAny(details) {
  if (details.length === 0) return;
  const message = details.map(({ field, problem }) => `${field}: ${problem}`).join("; ");
  throw new HttpError(400, "invalid_request", message, { details });
}

export function idFromPath(text) {
  // Number() alone would accept "1e3", "0x10" and " 7".
  const id = /^\d+$/.test(text) ? Number(text) : NaN;
  refuseIfAny(isId(id) ? [] : [{ field: "id", problem: `${ID_RULE}, got ${show(text)}` }]);
  return id;
}

/** Checks a post. With `pathId` the body may leave its id out, but not contradict the path. */
export function postFrom(body, { pathId } = {}) {
  if (!isObject(body)) {
    refuseIfAny([{ field: "body", problem: `expected a JSON object, got ${show(body)}` }]);
  }
  const { id = pathId, title, body: text = "", ...unknown } = body;
  const details = [];
  const check = (field, valid, problem) => valid || details.push({ field, problem });

  check("id", isId(id), `${ID_RULE}, got ${show(id)}`);
  check(
    "id",
    pathId === undefined || !isId(id) || id === pathId,
    `expected ${pathId} as in the path, got ${show(id)}`,
  );
  check(
    "title",
    typeof title === "string" && title.trim() !== "" && title.length <= MAX_TITLE,
    `expected a text of 1 to ${MAX_TITLE} characters, got ${show(title)}`,
  );
  check(
    "body",
    typeof text === "string" && text.length <= MAX_BODY,
    `expected a text of at most ${MAX_BODY} characters, got ${show(text)}`,
  );
  for (const field of Object.keys(unknown)) {
    check(field.slice(0, 60), false, "not a field of a post; expected id, title or body");
  }
  refuseIfAny(details);
  return { id, title, body: text };
}

export function pageFrom({ limit = String(DEFAULT_LIMIT), nextToken }, pageTokens) {
  const size = /^\d+$/.test(limit) ? Number(limit) : NaN;
  const startAfter = nextToken === undefined ? undefined : pageTokens.decode(nextToken);
  const details = [];
  if (!(size >= 1 && size <= MAX_LIMIT)) {
    details.push({
      field: "limit",
      problem: `expected an integer between 1 and ${MAX_LIMIT}, got ${show(limit)}`,
    });
  }
  if (nextToken !== undefined && !isId(startAfter)) {
    details.push({
      field: "nextToken",
      problem: `expected the nextToken of an earlier page, got ${show(nextToken)}`,
    });
  }
  refuseIfAny(details);
  return { limit: size, startAfter };
}
