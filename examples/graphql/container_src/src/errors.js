import { GraphQLError } from "graphql";

/** An error whose message is meant for the caller. `code` is for programs. */
export function failure(code, message, { details, nodes, cause } = {}) {
  return new GraphQLError(message, { nodes, cause, extensions: { code, details } });
}

/** The same error with a code, for those that GraphQL's own rules report without one. */
export function withCode(error, code) {
  const { message, nodes, source, positions, path, extensions } = error;
  return new GraphQLError(message, {
    nodes, source, positions, path, extensions: { code, ...extensions },
  });
}

function causeOf(error) {
  let cause = error;
  while (cause instanceof GraphQLError) cause = cause.cause;
  return cause;
}

/** What the caller is told of an error. */
export function forTheCaller(error) {
  if (!(error instanceof GraphQLError)) {
    // graphql-http, of a body that is no request: "Missing query", "Unparsable JSON body".
    return failure("BAD_REQUEST", error.message);
  }
  if (error.extensions.code) return error;
  // Without a path nothing was resolved yet: the variables do not fit the operation.
  if (error.path === undefined) return withCode(error, "BAD_USER_INPUT");
  return new GraphQLError("the field could not be resolved", {
    nodes: error.nodes, path: error.path, extensions: { code: "INTERNAL" },
  });
}

// The others are the caller's.
const OURS = ["INTERNAL", "TABLE_UNAVAILABLE"];

export const isOurs = ({ code }) => OURS.includes(code);

/** What the log is told of it. Of the caller's errors the code alone: messages quote variables. */
export function forTheLog(error) {
  const { code } = forTheCaller(error).extensions;
  if (!isOurs({ code })) return { code };
  const { name, message, stack } = causeOf(error);
  // The stack tells where our own mistake is; for a table out of reach it is noise.
  return { code, name, message, stack: code === "INTERNAL" ? stack : undefined };
}
