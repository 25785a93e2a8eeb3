/// <reference path="./kubeless.d.ts" />

// The shape of kubeless: what is returned is the answer, objects as JSON. `handler` in function.toml names the export.
export async function hello(event: KubelessEvent<{ name?: string }>, context: KubelessContext) {
  const { data } = event;
  const name = typeof data === "string" ? data : data.name ?? "world";
  return { message: `Hello, ${name}!`, from: context["function-name"] };
}
