import { HttpError } from "./errors.js";

const PASSED_ON = ["content-type", "cache-control"];

/** Asks the python container. A mistake in the request stays the caller's; the rest is a 502. */
export function createImages({ baseUrl, timeoutMs = 3_000 }) {
  return {
    async get(path, requestId) {
      try {
        const answer = await fetch(new URL(path, baseUrl), {
          headers: { "x-request-id": requestId },
          redirect: "error",
          // Covers the body too: a container that stalls halfway must not hold the request.
          signal: AbortSignal.timeout(timeoutMs),
        });
        if (answer.status >= 500) throw new Error(`python answered ${answer.status}`);
        return {
          status: answer.status,
          headers: Object.fromEntries(
            PASSED_ON.map((name) => [name, answer.headers.get(name)]).filter(([, value]) => value),
          ),
          body: Buffer.from(await answer.arrayBuffer()),
        };
      } catch (error) {
        // fetch hides what happened ("fetch failed") one level down.
        const cause = error.cause ?? error;
        throw new HttpError(502, "images_unavailable", "the images cannot be reached; try again", {
          cause,
        });
      }
    },
  };
}
