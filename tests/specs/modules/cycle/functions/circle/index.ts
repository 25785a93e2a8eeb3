import { isEven } from "./even.ts";
import { isOdd } from "./odd.ts";

export default () => `even: ${isEven(10)}, odd: ${isOdd(10)}`;
