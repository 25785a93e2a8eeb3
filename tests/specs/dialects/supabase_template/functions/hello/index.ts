// Follow this setup guide to integrate the Deno language server with your editor:
// https://deno.land/manual/getting_started/setup_your_environment
/// <reference types="jsr:@supabase/functions-js/edge-runtime.d.ts" />

// Setup type definitions for built-in Supabase Runtime APIs
import "jsr:@supabase/functions-js/edge-runtime.d.ts"
import "https://esm.sh/@supabase/functions-js/src/edge-runtime.d.ts";
import "@supabase/functions-js/edge-runtime.d.ts"
import type { SupabaseClient } from "https://esm.sh/@supabase/supabase-js@2";
import { type Database } from "jsr:@types/database";
import type { Anything } from "npm:@types/anything@1";

let client: SupabaseClient<Database, Anything> | null = null;
console.log("Hello from Functions!")

Deno.serve(async (req) => {
  const { name } = await req.json()
  const data = {
    message: `Hello ${name}!`,
  }

  return new Response(
    JSON.stringify(data),
    { headers: { "Content-Type": "application/json" } },
  )
})
