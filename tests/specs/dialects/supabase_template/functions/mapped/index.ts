import { tag } from "tagger";
import { word } from "word";
import { word as same } from "npm:word@1.2.3";

Deno.serve(() => new Response(`${word === same ? word : ""} ${tag("x")}`));
