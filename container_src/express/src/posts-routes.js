import express from "express";
import { HttpError, methodNotAllowed } from "./errors.js";
import { idFromPath, pageFrom, postFrom } from "./validate.js";

const missing = (id) => new HttpError(404, "no_such_post", `no post has the id ${id}`);

function requireJson(request, response, next) {
  // Of a missing body the validation says better what was expected.
  const isEmpty = request.get("content-length") === "0" || request.is("*/*") === null;
  if (isEmpty || request.is("application/json")) return next();
  throw new HttpError(
    415,
    "unsupported_media_type",
    `expected content-type application/json, got '${request.get("content-type") ?? ""}'`,
  );
}

export function postsRoutes(posts, pageTokens) {
  const router = express.Router();
  // Room for the longest post with every character escaped, far below DynamoDB's 400 KB an item.
  const json = [requireJson, express.json({ limit: "64kb" })];

  router
    .route("/")
    .get(async (request, response) => {
      const page = await posts.list(pageFrom(request.query, pageTokens));
      const nextToken = page.lastId === undefined ? undefined : pageTokens.encode(page.lastId);
      response.json({ posts: page.posts, nextToken });
    })
    .post(json, async (request, response) => {
      const post = postFrom(request.body);
      if (!(await posts.create(post))) {
        throw new HttpError(409, "post_exists", `a post with the id ${post.id} exists already`);
      }
      response.status(201).location(`/posts/${post.id}`).json(post);
    })
    .all(methodNotAllowed("GET", "POST"));

  router
    .route("/:id")
    .get(async (request, response) => {
      const id = idFromPath(request.params.id);
      const post = await posts.get(id);
      if (!post) throw missing(id);
      response.json(post);
    })
    .put(json, async (request, response) => {
      const id = idFromPath(request.params.id);
      const post = await posts.replace(postFrom(request.body, { pathId: id }));
      if (!post) throw missing(id);
      response.json(post);
    })
    .delete(async (request, response) => {
      const id = idFromPath(request.params.id);
      if (!(await posts.remove(id))) throw missing(id);
      response.status(204).end();
    })
    .all(methodNotAllowed("GET", "PUT", "DELETE"));

  return router;
}
