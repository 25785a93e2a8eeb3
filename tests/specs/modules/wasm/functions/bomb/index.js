import { f } from "./bomb.wasm";

export default () => f();
