import { assert } from "jsr:@std/assert@1";

Deno.serve(() => new Response(`${assert(true)}`));
