import { cors } from '../_shared/cors.ts';
Deno.serve(() => new Response('hello', { headers: cors }));
