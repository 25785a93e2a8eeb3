import { lib } from "@/lib/one.ts";
import { tag } from "tagger";
import { word } from "word";
import { shared } from "shared/two.ts";
import { word as again } from "npm:word@^1.0.0/again";
import type { Nothing } from "npm:@types/nothing@1";

export default () => [lib, tag, word, shared, again];
