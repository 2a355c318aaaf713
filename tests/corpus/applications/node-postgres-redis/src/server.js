const express = require("express");
const app = express();
app.get("/", (_, response) => response.send("notes"));
app.listen(3000);
