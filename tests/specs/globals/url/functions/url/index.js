export default () => {
  const params = new URLSearchParams("b=1 2&a=1&a=2");
  params.delete("a", "1");
  params.sort();
  const pattern = new URLPattern({ pathname: "/bees/:id" });
  return {
    href: new URL("HTTPS://例え.example:443/a/../b?x=1&y=é#h").href,
    port: new URL("https://example.com:443/").port,
    parsed: URL.canParse("not an address"),
    resolved: new URL("../c", "https://example.com/a/b/").href,
    params: params.toString(),
    sizes: params.size,
    pattern: { ...pattern.exec("https://example.com/bees/7").pathname.groups },
    no_match: pattern.test("https://example.com/ants/7"),
  };
};
