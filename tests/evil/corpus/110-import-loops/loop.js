await null;
for (;;);
