import express from "express";
import { methodNotAllowed, notFound } from "./errors.js";

// Nothing else may reach the python container by way of this path, "..%2Fhealth" for one.
const FILE_NAME = /^[\w-]+\.svg$/;

export function imagesRoutes(images) {
  const router = express.Router();

  const passOn = async (path, request, response) => {
    const { status, headers, body } = await images.get(path, request.id);
    response.status(status).set(headers).send(body);
  };

  router
    .route("/")
    .get(async (request, response) => {
      const query = new URLSearchParams(request.query);
      await passOn(`/images?${query}`, request, response);
    })
    .all(methodNotAllowed("GET"));

  router
    .route("/:name")
    .get(async (request, response) => {
      const { name } = request.params;
      if (!FILE_NAME.test(name)) return notFound(request);
      await passOn(`/images/${name}`, request, response);
    })
    .all(methodNotAllowed("GET"));

  return router;
}
