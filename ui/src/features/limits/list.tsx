import { Bot, Building2, Ellipsis, Pencil, RotateCcw, Trash2, Users } from 'lucide-react';
import type { EntityType, Limit } from '@/api/policies';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { RelativeTime } from '@/components/ui/time';
import { LimitBar } from '@/features/limits/bar';
import { countedBy, leftWords, levelOf } from '@/features/limits/words';
import { formatCompact, formatCost } from '@/lib/format';
import { useCan } from '@/shell/permissions';

const ICONS: Record<EntityType, typeof Bot> = { organization: Building2, team: Users, agent: Bot };
const KINDS: Record<EntityType, string> = { organization: 'Organization', team: 'Team', agent: 'Agent' };

type Deeds = { onEdit: (limit: Limit) => void; onReset: (limit: Limit) => void; onDelete: (limit: Limit) => void };

/** The nearest to its end first. */
export function LimitList({ limits, ...deeds }: { limits: readonly Limit[] } & Deeds) {
  return (
    <ul aria-label="Limits" className="divide-y divide-line">
      {limits
        .toSorted((a, b) => b.percent - a.percent)
        .map((limit) => (
          <LimitRow key={limit.id} limit={limit} {...deeds} />
        ))}
    </ul>
  );
}

function LimitRow({ limit, ...deeds }: { limit: Limit } & Deeds) {
  const Icon = ICONS[limit.entityType];
  const name = limit.entityName;
  const what = countedBy(limit);
  const level = levelOf(limit);
  return (
    <li className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-2 px-4 py-3 lg:grid-cols-[minmax(0,18rem)_1fr_auto]">
      <div className="flex min-w-0 items-start gap-2.5">
        <Icon className="mt-0.5 size-4 shrink-0 text-text-3" aria-label={KINDS[limit.entityType]} />
        <div className="min-w-0">
          <p className="truncate text-sm font-medium">{name}</p>
          <p className="text-xs break-words text-text-2">{what}</p>
        </div>
      </div>
      <div className="max-lg:order-last max-lg:col-span-2">
        <LimitBar limit={limit} label={`${name}: ${what}`} />
        <p className="mt-1 flex flex-wrap gap-x-3 text-xs text-text-3 tnum">
          {level === 'over' ? <Badge tone="bad">{leftWords(limit)}</Badge> : <span>{leftWords(limit)}</span>}
          <span>
            {limit.resetsAt ? (
              <>
                starts anew <RelativeTime at={limit.resetsAt} />
              </>
            ) : (
              'does not start anew by itself'
            )}
          </span>
        </p>
        {limit.modelUsage.length > 0 ? <ByModel limit={limit} /> : null}
      </div>
      <LimitMenu limit={limit} label={`${name}, ${what}`} {...deeds} />
    </li>
  );
}

/** Which models it went to. */
function ByModel({ limit: { modelUsage, used } }: { limit: Limit }) {
  return (
    <details className="mt-1.5 text-xs">
      <summary className="w-fit cursor-pointer rounded text-text-2 hover:text-text">By model</summary>
      <table className="mt-1 w-full">
        <caption className="sr-only">Spend by model</caption>
        <tbody className="tnum">
          {modelUsage.map(({ model, cost, tokensIn, tokensOut }) => (
            <tr key={model}>
              <th scope="row" className="max-w-40 truncate py-0.5 pr-3 text-left font-normal" title={model}>
                {model}
              </th>
              <td className="w-2/5 py-0.5" aria-hidden>
                <div className="h-1.5 rounded-full bg-surface-3">
                  <div
                    className="h-full rounded-full bg-accent"
                    style={{ width: `${used > 0 ? Math.min(100, (cost / used) * 100) : 0}%` }}
                  />
                </div>
              </td>
              <td className="py-0.5 pl-3 text-right whitespace-nowrap text-text-3">
                {formatCompact(tokensIn)} in, {formatCompact(tokensOut)} out
              </td>
              <td className="w-20 py-0.5 pl-3 text-right">{formatCost(cost)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function LimitMenu({ limit, label, onEdit, onReset, onDelete }: { limit: Limit; label: string } & Deeds) {
  const mayUpdate = useCan('limit', 'update');
  const mayDelete = useCan('limit', 'delete');
  if (!mayUpdate && !mayDelete) return null;
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="iconSm" aria-label={`Actions for ${label}`}>
          <Ellipsis aria-hidden />
        </Button>
      }
    >
      {mayUpdate ? (
        <>
          <MenuItem onSelect={() => onEdit(limit)}>
            <Pencil aria-hidden /> Edit
          </MenuItem>
          <MenuItem onSelect={() => onReset(limit)}>
            <RotateCcw aria-hidden /> Start anew now
          </MenuItem>
        </>
      ) : null}
      {mayDelete ? (
        <>
          <MenuSeparator />
          <MenuItem danger onSelect={() => onDelete(limit)}>
            <Trash2 aria-hidden /> Delete
          </MenuItem>
        </>
      ) : null}
    </Menu>
  );
}
