import { fill } from "../_shared/fill.js";

export default () => fill();
