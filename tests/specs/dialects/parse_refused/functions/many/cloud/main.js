for (let i = 0; i < 1001; i++) Parse.Cloud.define(`x${i}`, () => 1);
