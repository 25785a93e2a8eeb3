const attempt = (work) => {
  try {
    return work() ?? null;
  } catch (error) {
    return error.name;
  }
};

export default async (request) => {
  switch (new URL(request.url).pathname) {
    case "/json":
      return Response.json({ a: 1 }, { status: 201, headers: { "x-own": "1" } });
    case "/redirect":
      return Response.redirect("http://a.test/x");
    case "/redirect308":
      return Response.redirect(new URL("http://a.test/y"), 308);
    case "/error":
      return Response.error();
    case "/empty":
      return new Response(null, { status: 204 });
    case "/used": {
      const used = new Response("x");
      await used.text();
      return used;
    }
    case "/form": {
      const form = new FormData();
      form.set("a", "1");
      form.set("f", new File(["x"], "f.txt"));
      return new Response(form);
    }
    case "/params":
      return new Response(new URLSearchParams({ a: "1", b: "2" }));
    case "/cookies": {
      const headers = new Headers();
      headers.append("set-cookie", "a=1");
      headers.append("set-cookie", "b=2");
      return new Response("", { headers });
    }
  }
  const response = new Response("x", { status: 299, statusText: "Own", headers: { a: "b" } });
  const { bodyUsed, ok, redirected, status, statusText, type, url } = response;
  return {
    members: { bodyUsed, ok, redirected, status, statusText, type, url, body: response.body instanceof ReadableStream },
    clone: [await response.clone().text(), response.bodyUsed],
    bad: [
      attempt(() => new Response("x", { status: 204 })), attempt(() => new Response("", { status: 99 })), attempt(() => Response.json(undefined)),
      attempt(() => Response.redirect("nowhere")), attempt(() => Response.redirect("http://a.test", 200)), attempt(() => new Response("", { statusText: "\n" })),
    ],
    error: [Response.error().type, Response.error().status],
    readers: ["arrayBuffer", "blob", "bytes", "formData", "json", "text"].map((name) => typeof response[name]),
  };
};
