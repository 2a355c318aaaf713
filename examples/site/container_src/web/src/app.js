import { KeyUnavailable, UntrustedToken } from "./identity.js";
import { createPages } from "./pages.js";
import { requestLog } from "./requests.js";

const HTML = "text/html; charset=utf-8";

// CloudFront has to have it while nothing here answers, and shows an old one rather than none.
const ERROR_PAGE_CACHE = "public, max-age=604800, stale-if-error=2592000";

const READ = ["GET", "HEAD"];

// A load balancer keeps a session in up to four cookies of this name, which is the construct's
// default for session_cookie_name.
const SESSION_COOKIES = [0, 1, 2, 3].map((part) => `AWSELBAuthSessionCookie-${part}`);
const EXPIRED = "; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure; HttpOnly";

function send(response, status, body, headers) {
  // With a length, without which CloudFront compresses nothing. Node leaves bodies out for HEAD.
  const length = Buffer.byteLength(body);
  response.writeHead(status, { "content-length": length, ...headers }).end(body);
}

/**
 * The application without its surroundings: server.js gives real ones, the tests made-up ones.
 * `signIn` has `verify(token)` and `signOutUrl`; without it nobody signs in, and no header is
 * believed.
 */
export function buildApp({ assets, log, signIn, isDraining, now = () => new Date() }) {
  const pages = createPages(assets);
  const errorPage = pages.unavailable();

  function sendPage(response, status, text, headers = {}) {
    send(response, status, text, { "content-type": HTML, "cache-control": "no-store", ...headers });
  }

  function notFound(response) {
    const text = "There is nothing at this address. It may be mistyped, or the page is gone.";
    sendPage(response, 404, pages.problem("Page not found", text));
  }

  // Shallow, for the load balancer's check and the container's.
  function health(request, response) {
    const [status, text] = isDraining() ? [503, "draining"] : [200, "ok"];
    const headers = { "content-type": "application/json", "cache-control": "no-store" };
    send(response, status, JSON.stringify({ status: text }), headers);
  }

  async function account(request, response, seen) {
    if (!signIn) return sendPage(response, 200, pages.noSignIn());
    try {
      const claims = await signIn.verify(request.headers["x-amzn-oidc-data"] ?? "");
      return sendPage(response, 200, pages.account(claims));
    } catch (error) {
      if (error instanceof UntrustedToken) {
        seen.refused = error.message;
        const text = "The site could not find out who you are. Please sign in again.";
        return sendPage(response, 403, pages.problem("Not signed in", text));
      }
      if (!(error instanceof KeyUnavailable)) throw error;
      seen.error = `${error.message}: ${error.cause?.message}`;
      const text = "The site cannot find out right now who you are. Please try again in a minute.";
      return sendPage(response, 503, pages.problem("Back in a moment", text), { "retry-after": 5 });
    }
  }

  function signOut(request, response) {
    if (!signIn) return notFound(response);
    if (request.method !== "POST") return sendPage(response, 200, pages.signOut());
    // Browsers say where a form was. Another site must not sign its visitors out of this one.
    if (["cross-site", "same-site"].includes(request.headers["sec-fetch-site"])) {
      const text = "The request to sign out came from another site.";
      return sendPage(response, 403, pages.problem("Not signed out", text));
    }
    return sendPage(response, 303, "", {
      location: signIn.signOutUrl,
      "set-cookie": SESSION_COOKIES.map((name) => `${name}=${EXPIRED}`),
    });
  }

  const routes = new Map([
    ["/", [READ, (request, response) => sendPage(response, 200, pages.home(now()))]],
    ["/about", [READ, (request, response) => sendPage(response, 200, pages.about())]],
    ["/health", [READ, health]],
    ["/me", [READ, account]],
    ["/sign-out", [[...READ, "POST"], signOut]],
    [
      "/errors/503.html",
      [
        READ,
        (request, response) =>
          sendPage(response, 200, errorPage, { "cache-control": ERROR_PAGE_CACHE }),
      ],
    ],
  ]);

  function route(path) {
    const asset = assets.find(path);
    if (!asset) return routes.get(path);
    const headers = { "content-type": asset.type, "cache-control": asset.cacheControl };
    return [READ, (request, response) => send(response, 200, asset.content, headers)];
  }

  return requestLog(log, async (request, response, seen) => {
    const [methods, serve] = route(seen.path) ?? [];
    if (!serve) return notFound(response);
    if (!methods.includes(request.method)) {
      const page = pages.problem("Not possible here", "This address is only for reading.");
      return sendPage(response, 405, page, { allow: methods.join(", ") });
    }
    try {
      return await serve(request, response, seen);
    } catch (error) {
      seen.error = error.stack;
      const text = "Something went wrong on our side. Please try again in a minute.";
      return sendPage(response, 500, pages.problem("That did not work", text));
    }
  });
}
