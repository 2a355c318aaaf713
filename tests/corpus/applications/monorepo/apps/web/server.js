require("http").createServer((_, response) => response.end("web")).listen(3000);
