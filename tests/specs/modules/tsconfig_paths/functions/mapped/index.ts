import { math } from "@/math";
import { generated } from "@/only-here.js";
import { exact } from "exact";
import { name } from "@/package";

export default () => [math, generated, exact, name];
