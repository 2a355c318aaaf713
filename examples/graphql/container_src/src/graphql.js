import { readFileSync } from "node:fs";
import {
  buildSchema,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from "graphql";
import { createHandler } from "graphql-http";
import { failure, forTheCaller, forTheLog, withCode } from "./errors.js";
import { limitErrors } from "./limits.js";
import { createResolvers } from "./resolvers.js";

const schema = buildSchema(readFileSync(new URL("schema.graphql", import.meta.url), "utf8"));

// Bounds what parsing and validation can cost, which grows faster than the text does.
const MAX_TOKENS = 1_000;
const MAX_ERRORS = 10;

/**
 * Answers GraphQL requests: `answer(request, seen)` takes method, headers and body, returns
 * graphql-http's pair of body and status with headers, and notes in `seen` what to log.
 */
export function createGraphql({ notes, introspection }) {
  const rules = introspection
    ? specifiedRules
    : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  // "Did you mean …" would tell the schema piece by piece.
  const hideSuggestions = !introspection;
  const rootValue = createResolvers(notes);

  /** Execution arguments, or the errors of the first step that found any. */
  function prepare({ query, variables, operationName }, seen) {
    let document;
    try {
      document = parse(query, { maxLexicalTokens: MAX_TOKENS });
    } catch (error) {
      return [withCode(error, "GRAPHQL_PARSE_FAILED")];
    }
    const tooComplex = limitErrors(document);
    if (tooComplex.length > 0) return tooComplex;
    const invalid = validate(schema, document, rules, { maxErrors: MAX_ERRORS, hideSuggestions });
    if (invalid.length > 0) {
      return invalid.map((error) => withCode(error, "GRAPHQL_VALIDATION_FAILED"));
    }
    const operation = getOperationAST(document, operationName);
    if (!operation) {
      return [failure("BAD_REQUEST", "expected the operationName of one of the operations")];
    }
    seen.operation = [operation.operation, operation.name?.value.slice(0, 80)]
      .filter(Boolean)
      .join(" ");
    return {
      schema, document, operationName, rootValue, hideSuggestions, variableValues: variables,
    };
  }

  return (request, seen) =>
    createHandler({
      onSubscribe: (_, parameters) => prepare(parameters, seen),
      formatError(error) {
        seen.errors = [...(seen.errors ?? []), forTheLog(error)];
        return forTheCaller(error);
      },
    })(request);
}
