require("http").createServer((_, response) => response.end("ok")).listen(8888);
