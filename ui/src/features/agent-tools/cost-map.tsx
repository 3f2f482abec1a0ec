import type { AgentTool } from '@/api/mcp';
import { costByServer, type ServerCost } from '@/features/agent-tools/token-cost';
import { treemap } from '@/features/agent-tools/treemap';
import { formatCompact, formatInteger, pluralize } from '@/lib/format';

const WIDTH = 640;
const HEIGHT = 190;
const GAP = 1.5;
const SHADES = [0.95, 0.78, 0.64, 0.52, 0.42, 0.34];

/** Which server costs how much, as areas; the same as a table below it. */
export function CostMap({ tools }: { tools: AgentTool[] }) {
  const servers = costByServer(tools.map(({ tool }) => tool));
  const tiles = treemap(servers, (server) => server.tokens, { x: 0, y: 0, width: WIDTH, height: HEIGHT });
  return (
    <>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`Tokens by server: ${servers.map((server) => `${server.name} ${formatInteger(server.tokens)}`).join(', ')}`}
        className="w-full rounded-md"
      >
        {tiles.map((tile, index) => (
          <g key={tile.item.name}>
            <title>{`${tile.item.name}: ${formatInteger(tile.item.tokens)} tokens, ${pluralize(tile.item.tools, 'tool')}`}</title>
            <rect
              x={tile.x + GAP}
              y={tile.y + GAP}
              width={Math.max(0, tile.width - 2 * GAP)}
              height={Math.max(0, tile.height - 2 * GAP)}
              rx="4"
              fill="var(--accent)"
              fillOpacity={SHADES[Math.min(index, SHADES.length - 1)]}
            />
            <TileText
              server={tile.item}
              x={tile.x}
              y={tile.y}
              width={tile.width}
              height={tile.height}
              strong={index < 2}
            />
          </g>
        ))}
      </svg>
      <details className="mt-2">
        <summary className="cursor-pointer text-xs text-text-3 hover:text-text">As a table</summary>
        <table className="mt-2 w-full text-xs">
          <caption className="sr-only">Tokens by server</caption>
          <thead>
            <tr className="text-left text-text-3">
              <th scope="col" className="py-1 font-medium">
                Server
              </th>
              <th scope="col" className="py-1 text-right font-medium">
                Tools
              </th>
              <th scope="col" className="py-1 text-right font-medium">
                Tokens
              </th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-t border-line">
            {servers.map((server) => (
              <tr key={server.name}>
                <td className="py-1">{server.name}</td>
                <td className="py-1 text-right tnum">{server.tools}</td>
                <td className="py-1 text-right tnum">{formatInteger(server.tokens)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}

type TextProps = { server: ServerCost; x: number; y: number; width: number; height: number; strong: boolean };

/** Only where it fits; every tile says its name when pointed at. */
function TileText({ server, x, y, width, height, strong }: TextProps) {
  const letters = Math.floor((width - 16) / 8);
  if (letters < 4 || height < 24) return null;
  const name = server.name.length > letters ? `${server.name.slice(0, letters - 1)}…` : server.name;
  const fill = strong ? 'var(--accent-fg)' : 'var(--text)';
  return (
    <>
      <text x={x + 10} y={y + 21} fontSize="14" fontWeight="600" fill={fill}>
        {name}
      </text>
      {height >= 46 && letters >= 10 ? (
        <text x={x + 10} y={y + 38} fontSize="12.5" fill={fill}>
          {formatCompact(server.tokens)} tokens
        </text>
      ) : null}
    </>
  );
}
