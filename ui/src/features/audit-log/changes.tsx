import type { AuditEntry, AuditFields } from '@/api/access';

/** What a field held before and after; a new or a deleted row has one side only. */
export function Changes({ entry }: { entry: Pick<AuditEntry, 'before' | 'after'> }) {
  const fields = [...new Set([...Object.keys(entry.before ?? {}), ...Object.keys(entry.after ?? {})])].sort();
  if (fields.length === 0) return <p className="text-sm text-text-3">Nothing but that it happened.</p>;
  return (
    <div className="overflow-x-auto">
      <table className="w-full border-collapse text-xs">
        <caption className="sr-only">What changed</caption>
        <thead>
          <tr className="text-left text-text-3">
            <th scope="col" className="py-1 pr-4 font-medium">
              Field
            </th>
            {entry.before ? (
              <th scope="col" className="py-1 pr-4 font-medium">
                Before
              </th>
            ) : null}
            {entry.after ? (
              <th scope="col" className="py-1 font-medium">
                After
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={field} className="border-t border-line align-top">
              <th scope="row" className="py-1.5 pr-4 text-left font-mono font-normal whitespace-nowrap text-text-2">
                {field}
              </th>
              {entry.before ? <Side fields={entry.before} field={field} className="bg-bad-soft text-bad-text" /> : null}
              {entry.after ? <Side fields={entry.after} field={field} className="bg-ok-soft text-ok-text" /> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Side({ fields, field, className }: { fields: AuditFields; field: string; className: string }) {
  const value = fields[field];
  return (
    <td className="py-1.5 pr-4">
      {value === undefined || value === null ? (
        <span className="text-text-3">–</span>
      ) : (
        <code className={`rounded px-1 py-0.5 font-mono break-all whitespace-pre-wrap ${className}`}>
          {typeof value === 'string' ? value : JSON.stringify(value)}
        </code>
      )}
    </td>
  );
}
