const UNWANTED = [
  "__bootstrap",
  "__skep_bootstrap",
  "bootstrap",
  "BroadcastChannel", // would reach other tenants
  "core",
  "internals",
  "ops",
  "primordials",
  "Worker",
];

const UNWANTED_OF_DENO = ["core", "internal", "nothing", "run"];

export default () => ({
  globals: UNWANTED.filter((name) => name in globalThis),
  Deno: UNWANTED_OF_DENO.filter((name) => name in Deno),
  locks: "locks" in navigator, // would reach other tenants
  get: Deno.env.get("GREETING"),
  set: nameOfError(() => Deno.env.set("GREETING", "changed")),
  path: Deno.env.get("PATH") ?? "unknown",
});

function nameOfError(action) {
  try {
    action();
    return "no error";
  } catch (error) {
    return error.name;
  }
}
