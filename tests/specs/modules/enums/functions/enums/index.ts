enum Direction {
  Up = 1,
  Left,
}

enum Text {
  Down = "DOWN",
}

const enum Flag {
  Four = 1 << 2,
}

namespace Inner {
  export const inside = "in a namespace";
}

class Point {
  constructor(readonly parameter: string) {}
}

export default () => ({
  up: Direction.Up,
  back: Direction[1],
  text: Text.Down,
  inlined: Flag.Four,
  inside: Inner.inside,
  parameter: new Point("a parameter property").parameter,
});
