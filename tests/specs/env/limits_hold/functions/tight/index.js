import { fill } from "../_shared/fill.js";

export default () => {
  for (;;) {
    try {
      return fill();
    } catch {
      // being refused is no way out
    }
  }
};
