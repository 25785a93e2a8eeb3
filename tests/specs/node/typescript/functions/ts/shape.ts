export interface Shape {
  a: number;
}
