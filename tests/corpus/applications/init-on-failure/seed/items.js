db.items.insertOne({ name: "first" });
