export default async (incoming) => {
  const headers = new Headers([["A", "1"], ["set-cookie", "x=1"], ["a", "2"], ["Set-Cookie", "y=2"]]);
  const request = new Request("https://example.com", { method: "PUT", body: "body" });
  const copy = request.clone();
  const texts = [await request.text(), await copy.text()];
  const response = Response.json({ error: true }, { status: 404 });
  const form = new FormData();
  form.append("text", "text");
  form.append("file", new File(["content"], "file"));
  const sent = await new Response(form).formData();
  const blob = new Blob(["ab", new Uint8Array([99]), new Blob(["de"])], { type: "text/plain" }).slice(1, 4, "text/plain");
  return {
    headers: [...headers],
    guard: failure(() => incoming.headers.set("x", "y")),
    request: [request.method, request.url, texts[0]],
    clone: texts,
    used: request.bodyUsed,
    response: [response.status, response.ok, response.headers.get("content-type")],
    form: [sent.get("text"), `${sent.get("file").name}: ${await sent.get("file").text()}`],
    blob: [blob.type, blob.size, await blob.text()],
    data: await (await fetch("data:text/plain,from%20data")).text(),
  };
};

function failure(action) {
  try {
    action();
    return "no error";
  } catch (error) {
    return error.name;
  }
}
