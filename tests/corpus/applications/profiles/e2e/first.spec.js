test("first", () => {});
