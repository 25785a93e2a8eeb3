/** @jsx h */
/** @jsxFrag Fragment */
type Child = string | Child[];

const Fragment = (_props: null, ...children: Child[]): Child => children;

function h(tag: string | typeof Fragment, props: Record<string, string> | null, ...children: Child[]): Child {
  if (typeof tag === "function") return tag(null, ...children);
  const attributes = Object.entries(props ?? {}).map(([name, value]) => ` ${name}="${value}"`).join("");
  return `<${tag}${attributes}>${children.flat(Infinity).join("")}</${tag}>`;
}

function Page(name: string): Child {
  return (
    <main>
      <h1>Hello, {name}</h1>
      <>
        {["one", "two"].map((text) => <p>{text}</p>)}
      </>
    </main>
  );
}

export default (request: Request) => String(Page(new URL(request.url).searchParams.get("name") ?? "nobody"));
