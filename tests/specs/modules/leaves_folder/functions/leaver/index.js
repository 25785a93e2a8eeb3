import { secret } from "../../outside/secret.js";

export default () => secret;
