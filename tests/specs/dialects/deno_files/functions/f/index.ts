const name = async (work: () => unknown) => {
  try {
    await work();
    return "works";
  } catch (error: any) {
    return error.name;
  }
};

Deno.serve(async () => {
  const file = await Deno.open("data/one.txt");
  const start = new Uint8Array(2);
  const read = [await file.read(start), new TextDecoder().decode(start), await file.seek(0, Deno.SeekMode.Start), (await file.stat()).size];
  const rest = await new Response(file.readable).text();
  const entries = [];
  for await (const entry of Deno.readDir("./data")) entries.push(entry);
  return Response.json({
    text: await Deno.readTextFile("./data/one.txt"),
    sync: Deno.readTextFileSync(new URL("./data/one.txt", import.meta.url)),
    bytes: (await Deno.readFile("data/one.txt")).constructor.name,
    stat: [(await Deno.stat("data")).isDirectory, Deno.statSync("data/one.txt").size],
    real: await Deno.realPath("data/../data/one.txt"),
    read, rest, entries,
    errors: [
      await name(() => Deno.readTextFile("nothing.txt")), await name(() => Deno.readTextFile("data")), await name(() => Deno.readTextFile("/etc/passwd")),
      await name(() => Deno.writeTextFile("x", "y")), await name(() => Deno.open("x", { write: true })), await name(() => file.read(start)),
    ],
    isNotFound: await Deno.stat("nothing").catch((error) => error instanceof Deno.errors.NotFound),
  });
});
