require("http").createServer().listen(5001);
