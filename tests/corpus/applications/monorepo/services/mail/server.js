require("http").createServer((_, response) => response.end("mail")).listen(4001);
