import { html, trusted } from "./html.js";

const LINKS = [["/", "Home"], ["/about", "About"], ["/me", "Your account"]];

// The claims of a visitor that are shown, in this order.
const CLAIMS = [
  ["name", "Name"],
  ["email", "Email address"],
  ["username", "User name"],
  ["sub", "User id"],
];

function navigation(current) {
  const link = ([path, text]) => {
    const mark = path === current ? trusted(' aria-current="page"') : "";
    return html`<li><a href="${path}"${mark}>${text}</a></li>`;
  };
  return html`<nav aria-label="Pages"><ul>${LINKS.map(link)}</ul></nav>`;
}

/** The pages of the site; `assets` knows where its files are. Each returns a complete document. */
export function createPages(assets) {
  function page({ title, content, current }) {
    const document = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – A small site</title>
<link rel="icon" href="${assets.path("icon.svg")}" type="image/svg+xml">
<link rel="stylesheet" href="${assets.path("site.css")}">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header><a class="brand" href="/">A small site</a>${navigation(current)}</header>
<main id="content" tabindex="-1">
<h1>${title}</h1>
${content}
</main>
<footer><p>Rendered by a container on Fargate, without a line of JavaScript.</p></footer>
</body>
</html>
`;
    return document.toString();
  }

  const signOutForm = html`<form method="post" action="/sign-out">
<button type="submit">Sign out</button></form>`;

  return {
    home: (now) =>
      page({
        title: "Welcome",
        current: "/",
        content: html`<p>This page was written for you at
<time datetime="${now.toISOString()}">${now.toUTCString()}</time>, and nobody keeps a copy.</p>
<p>Its style sheet has been kept by CloudFront since somebody first asked for it.</p>`,
      }),

    about: () =>
      page({
        title: "About this site",
        current: "/about",
        content: html`<p>A request comes to CloudFront, goes on to a load balancer that answers
nobody else, and ends at a container that was described by a Compose file.</p>
<ul>
<li>Pages are written anew for each request.</li>
<li>Assets have a hash of their content in their address and are kept for a year.</li>
<li>Visitors sign in at the load balancer, where a deployment wants it.</li>
</ul>`,
      }),

    account: (claims) =>
      page({
        title: "Your account",
        current: "/me",
        content: html`<p>You are signed in.</p>
<dl>${CLAIMS.filter(([claim]) => ["string", "number"].includes(typeof claims[claim])).map(
          ([claim, text]) => html`<div><dt>${text}</dt><dd>${claims[claim]}</dd></div>`,
        )}</dl>
${signOutForm}`,
      }),

    noSignIn: () =>
      page({
        title: "Your account",
        current: "/me",
        content: html`<p>Nobody signs in to this deployment of the site, so that it does not know
who you are.</p>`,
      }),

    signOut: () =>
      page({
        title: "Sign out",
        content: html`<p>This ends your session with the site.</p>${signOutForm}`,
      }),

    problem: (title, text) =>
      page({ title, content: html`<p>${text}</p><p><a href="/">Back to the start</a></p>` }),

    /** Shown by CloudFront while no container answers, so that it must not ask for a style sheet. */
    unavailable: () => html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Back in a moment – A small site</title>
<link rel="icon" href="data:,">
<style>${trusted(assets.text("site.css"))}</style>
</head>
<body>
<main>
<h1>Back in a moment</h1>
<p>The site cannot answer right now. Please load the page again in a minute.</p>
</main>
</body>
</html>
`.toString(),
  };
}
