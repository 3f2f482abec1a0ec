/**
 * A squarified treemap: areas in proportion, rectangles as near to squares as they come.
 * Bruls, Huizing, van Wijk: Squarified Treemaps (2000). Pure.
 */
export type Rectangle = { x: number; y: number; width: number; height: number };
export type Tile<T> = Rectangle & { item: T };

export function treemap<T>(items: readonly T[], weightOf: (item: T) => number, bounds: Rectangle): Tile<T>[] {
  const weighed = items
    .map((item) => ({ item, weight: weightOf(item) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return [];
  const scale = (bounds.width * bounds.height) / total;
  const queue = weighed.map(({ item, weight }) => ({ item, area: weight * scale }));
  const tiles: Tile<T>[] = [];
  let free = bounds;
  let row: typeof queue = [];
  for (const entry of queue) {
    const side = Math.min(free.width, free.height);
    if (row.length > 0 && worst([...row, entry], side) > worst(row, side)) {
      free = place(row, free, tiles);
      row = [];
    }
    row.push(entry);
  }
  place(row, free, tiles);
  return tiles;
}

type Entry<T> = { item: T; area: number };

/** How far the worst rectangle of a row is from a square. */
function worst<T>(row: readonly Entry<T>[], side: number): number {
  const sum = row.reduce((total, { area }) => total + area, 0);
  const areas = row.map(({ area }) => area);
  const longest = Math.max(...areas);
  const shortest = Math.min(...areas);
  return Math.max((side * side * longest) / (sum * sum), (sum * sum) / (side * side * shortest));
}

/** Lays a row along the shorter side and gives back what is left. */
function place<T>(row: readonly Entry<T>[], free: Rectangle, tiles: Tile<T>[]): Rectangle {
  const sum = row.reduce((total, { area }) => total + area, 0);
  if (sum === 0) return free;
  const upright = free.width >= free.height;
  const depth = sum / (upright ? free.height : free.width);
  let offset = 0;
  for (const { item, area } of row) {
    const length = area / depth;
    tiles.push(
      upright
        ? { item, x: free.x, y: free.y + offset, width: depth, height: length }
        : { item, x: free.x + offset, y: free.y, width: length, height: depth },
    );
    offset += length;
  }
  return upright
    ? { ...free, x: free.x + depth, width: free.width - depth }
    : { ...free, y: free.y + depth, height: free.height - depth };
}
