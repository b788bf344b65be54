/** Ten digits as lines and arcs, in a frame from −1 to 1: x to the right, y down, 1.2 wide and 2 high. */

export interface Line {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
}

/** Part of an ellipse: angles grow from the right over the bottom, as y points down. */
export interface Arc {
  readonly centre: readonly [x: number, y: number];
  readonly radii: readonly [x: number, y: number];
  readonly from: number;
  readonly to: number;
}

export type Stroke = Line | Arc;

const TURN = 2 * Math.PI;

const line = (x0: number, y0: number, x1: number, y1: number): Line => ({ from: [x0, y0], to: [x1, y1] });
const oval = (x: number, y: number, rx: number, ry: number): Arc => arc([x, y], [rx, ry], 0, 1);

/** Angles in turns. */
function arc(centre: Arc["centre"], radii: Arc["radii"], from: number, to: number): Arc {
  return { centre, radii, from: from * TURN, to: to * TURN };
}

/** Strokes by class: what each digit is drawn with. */
export const DIGITS: readonly (readonly Stroke[])[] = [
  [oval(0, 0, 0.6, 1)],
  [line(-0.35, -0.6, 0.05, -1), line(0.05, -1, 0.05, 1)],
  [arc([0, -0.42], [0.58, 0.58], 0.5, 1.1), line(0.47, -0.08, -0.6, 1), line(-0.6, 1, 0.62, 1)],
  [arc([-0.05, -0.5], [0.55, 0.5], 0.58, 1.25), arc([-0.05, 0.5], [0.63, 0.5], 0.75, 1.42)],
  [line(0.28, -1, -0.62, 0.38), line(-0.62, 0.38, 0.65, 0.38), line(0.28, -1, 0.28, 1)],
  [line(0.52, -1, -0.45, -1), line(-0.45, -1, -0.5, -0.05), arc([-0.02, 0.36], [0.62, 0.64], 0.61, 1.4)],
  [oval(0, 0.44, 0.56, 0.56), arc([0.56, 0.44], [1.12, 1.44], 0.5, 0.72)],
  [line(-0.6, -1, 0.6, -1), line(0.6, -1, -0.15, 1)],
  [oval(0, -0.52, 0.46, 0.48), oval(0, 0.48, 0.6, 0.52)],
  [oval(0, -0.44, 0.56, 0.56), arc([-0.56, -0.44], [1.12, 1.44], 0, 0.22)],
];

/** Pieces in which an arc of a full turn is drawn: at the sizes of these pictures none shows its corners. */
const PIECES_PER_TURN = 32;

/** A stroke as the corners of a chain of lines. */
export function corners(stroke: Stroke): readonly (readonly [x: number, y: number])[] {
  if (!("centre" in stroke)) return [stroke.from, stroke.to];
  const { centre, radii, from, to } = stroke;
  const count = Math.ceil(((to - from) / TURN) * PIECES_PER_TURN);
  return Array.from({ length: count + 1 }, (_, i) => {
    const angle = from + ((to - from) * i) / count;
    return [centre[0] + radii[0] * Math.cos(angle), centre[1] + radii[1] * Math.sin(angle)] as const;
  });
}
