require("http").createServer((_, response) => response.end("api")).listen(4000);
