export default () => Deno.serve(() => new Response());
