import { describe, expect, it } from 'vitest';
import { costByServer, costTone, shareText, totalTokens } from '@/features/agent-tools/token-cost';
import { treemap } from '@/features/agent-tools/treemap';

const BOUNDS = { x: 0, y: 0, width: 60, height: 40 };

describe('a treemap', () => {
  it('gives each item its share of the area and fills all of it', () => {
    const tiles = treemap([6, 6, 4, 3, 2, 2, 1], (weight) => weight, BOUNDS);
    for (const tile of tiles) expect(tile.width * tile.height).toBeCloseTo((tile.item / 24) * 2400);
    expect(tiles.reduce((sum, tile) => sum + tile.width * tile.height, 0)).toBeCloseTo(2400);
  });

  it('keeps every tile inside and none over another', () => {
    const tiles = treemap([9, 7, 5, 3, 1, 1, 1], (weight) => weight, BOUNDS);
    for (const tile of tiles) {
      expect(tile.x + tile.width).toBeLessThanOrEqual(60.001);
      expect(tile.y + tile.height).toBeLessThanOrEqual(40.001);
      for (const other of tiles) {
        if (other === tile) continue;
        const apart =
          other.x >= tile.x + tile.width - 0.001 ||
          tile.x >= other.x + other.width - 0.001 ||
          other.y >= tile.y + tile.height - 0.001 ||
          tile.y >= other.y + other.height - 0.001;
        expect(apart).toBe(true);
      }
    }
  });

  it('leaves out what weighs nothing, and is empty without anything', () => {
    expect(treemap([0, 3], (weight) => weight, BOUNDS)).toHaveLength(1);
    expect(treemap([], (weight: number) => weight, BOUNDS)).toEqual([]);
  });
});

describe('what tools cost', () => {
  const tools = [
    { tokens: 100, catalogName: 'small' },
    { tokens: 900, catalogName: 'large' },
    { tokens: 50, catalogName: 'small' },
  ];

  it('is counted by server, the dearest first', () => {
    expect(totalTokens(tools)).toBe(1050);
    expect(costByServer(tools)).toEqual([
      { name: 'large', tokens: 900, tools: 1 },
      { name: 'small', tokens: 150, tools: 2 },
    ]);
  });

  it('is told as a share of the window, and coloured by it', () => {
    expect(shareText(0)).toBe('0 %');
    expect(shareText(100)).toBe('less than 0.1 %');
    expect(shareText(3000)).toBe('1.5 %');
    expect(shareText(60_000)).toBe('30 %');
    expect([costTone(3000), costTone(30_000), costTone(60_000)]).toEqual(['ok', 'warn', 'bad']);
  });
});
