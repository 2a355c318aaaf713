/** An answer other than success. `code` is for programs, `message` for people. */
export class HttpError extends Error {
  constructor(status, code, message, { details, headers, cause } = {}) {
    super(message, { cause });
    this.name = "HttpError";
    Object.assign(this, { status, code, details, headers });
  }
}

export function notFound(request) {
  throw new HttpError(404, "not_found", `nothing is served at ${request.path}`);
}

export function methodNotAllowed(...allowed) {
  return (request) => {
    throw new HttpError(
      405,
      "method_not_allowed",
      `expected ${allowed.join(" or ")}, got ${request.method}`,
      { headers: { allow: allowed.join(", ") } },
    );
  };
}

// What the JSON body parser calls its failures.
const BODY_ERRORS = {
  "entity.parse.failed": () => new HttpError(400, "invalid_json", "the body is not valid JSON"),
  "entity.too.large": ({ limit }) =>
    new HttpError(413, "body_too_large", `expected a body of at most ${limit} bytes`),
};

function toHttpError(error) {
  if (error instanceof HttpError) return error;
  if (BODY_ERRORS[error.type]) return BODY_ERRORS[error.type](error);
  // Express and its parsers mark a client's mistake with a status below 500.
  if (error.status >= 400 && error.status < 500) {
    return new HttpError(error.status, "bad_request", error.message);
  }
  return new HttpError(500, "internal", "the request could not be handled", { cause: error });
}

function forTheLog({ code, cause }) {
  if (!cause) return { code };
  const { name, message } = cause;
  // The stack tells where our own mistake is; for a table out of reach it is noise.
  return { code, name, message, stack: code === "internal" ? cause.stack : undefined };
}

// Express tells an error handler by its four parameters.
export function errorHandler(error, request, response, next) {
  const { status, code, message, details, headers = {}, cause } = toHttpError(error);
  response.locals.error = forTheLog({ code, cause });
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response
    .status(status)
    .set(headers)
    .json({ error: code, message, details, requestId: request.id });
}
