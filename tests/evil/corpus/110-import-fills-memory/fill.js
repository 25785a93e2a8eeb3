const kept = [];
for (;;) kept.push({ kept });
