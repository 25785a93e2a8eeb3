import { secret } from "./secret.js";

export default () => secret;
