import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { TopAgent, TopModel } from '@/api/types';
import { Card, CardHeader } from '@/components/ui/card';
import { providerName } from '@/features/agents/proxy-urls';
import { formatCompact, formatCost } from '@/lib/format';

export function TopModels({ rows }: { rows: TopModel[] }) {
  const most = Math.max(1, ...rows.map((row) => row.requests));
  return (
    <TopCard title="Models">
      {rows.map((row) => (
        <TopRow
          key={`${row.provider}/${row.model}`}
          name={
            <Link to="/logs" search={{ model: row.model }} className="hover:underline">
              {row.model}
            </Link>
          }
          note={providerName(row.provider)}
          share={row.requests / most}
          row={row}
        />
      ))}
    </TopCard>
  );
}

export function TopAgents({ rows }: { rows: TopAgent[] }) {
  const most = Math.max(1, ...rows.map((row) => row.requests));
  return (
    <TopCard title="Agents">
      {rows.map((row) => (
        <TopRow
          key={row.id}
          name={
            <Link to="/logs" search={{ agentId: row.id }} className="hover:underline">
              {row.name ?? 'deleted agent'}
            </Link>
          }
          share={row.requests / most}
          row={row}
        />
      ))}
    </TopCard>
  );
}

function TopCard({ title, children }: { title: string; children: ReactNode[] }) {
  return (
    <Card>
      <CardHeader title={title} className="pb-1" />
      {children.length === 0 ? (
        <p className="px-4 pt-2 pb-5 text-sm text-text-3">No calls in this time.</p>
      ) : (
        <table className="w-full text-sm">
          <caption className="sr-only">{title} with the most calls</caption>
          <thead>
            <tr className="text-xs text-text-3">
              <th scope="col" className="px-4 py-1.5 text-left font-medium">
                Name
              </th>
              <th scope="col" className="py-1.5 text-right font-medium">
                Calls
              </th>
              <th scope="col" className="py-1.5 pl-4 text-right font-medium">
                Tokens
              </th>
              <th scope="col" className="px-4 py-1.5 text-right font-medium">
                Spend
              </th>
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      )}
    </Card>
  );
}

type TopRowProps = {
  name: ReactNode;
  note?: string;
  share: number;
  row: { requests: number; tokens: number; cost: number };
};

function TopRow({ name, note, share, row }: TopRowProps) {
  return (
    <tr className="border-t border-line">
      <td className="w-full max-w-0 px-4 py-2">
        <span className="flex items-baseline gap-2">
          <span className="truncate font-medium">{name}</span>
          {note ? <span className="text-xs whitespace-nowrap text-text-3">{note}</span> : null}
        </span>
        <span aria-hidden className="mt-1 block h-1 rounded-full bg-surface-3">
          <span className="block h-1 rounded-full bg-accent" style={{ width: `${Math.max(2, share * 100)}%` }} />
        </span>
      </td>
      <td className="py-2 text-right align-top tnum">{formatCompact(row.requests)}</td>
      <td className="py-2 pl-4 text-right align-top text-text-2 tnum">{formatCompact(row.tokens)}</td>
      <td className="px-4 py-2 text-right align-top tnum">{formatCost(row.cost)}</td>
    </tr>
  );
}
