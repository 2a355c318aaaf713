import express from "express";
import { errorHandler, methodNotAllowed, notFound } from "./errors.js";
import { imagesRoutes } from "./images-routes.js";
import { postsRoutes } from "./posts-routes.js";
import { requestLog } from "./requests.js";

const ROUTES = {
  posts: "/posts",
  post: "/posts/{id}",
  images: "/images",
  image: "/images/{id}.svg",
  health: "/health",
};

/** The application without its surroundings: server.js gives real ones, the tests made-up ones. */
export function buildApp({ posts, pageTokens, images, log, isDraining }) {
  const app = express();
  app.disable("x-powered-by");

  app.use(requestLog(log));

  app
    .route("/")
    .get((request, response) => response.json(ROUTES))
    .all(methodNotAllowed("GET"));

  // Shallow: a table out of reach must not make ECS replace containers that are well.
  app
    .route("/health")
    .get((request, response) => {
      if (isDraining()) return response.status(503).json({ status: "draining" });
      return response.json({ status: "ok" });
    })
    .all(methodNotAllowed("GET"));

  app.use("/posts", postsRoutes(posts, pageTokens));
  app.use("/images", imagesRoutes(images));

  app.use(notFound);
  app.use(errorHandler);
  return app;
}
