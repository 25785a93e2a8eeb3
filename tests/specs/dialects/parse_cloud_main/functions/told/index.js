throw new Error("the wrong entry");
