import { Check, Minus } from 'lucide-react';
import { Fragment, type KeyboardEvent, useState } from 'react';
import type { Permissions } from '@/api/access';
import { ACTIONS, allows, grouped, type ResourceRow, withChange, within } from '@/features/roles/permissions';

type Props = {
  caption: string;
  all: Permissions;
  value: Permissions;
  /** Without it the matrix only shows. */
  onChange?: (permissions: Permissions) => void;
  /** What the one who edits may give away; the rest cannot be ticked. */
  ceiling?: Permissions;
};

/** Resources down, actions across. One stop for Tab; the arrow keys walk from box to box, Space ticks. */
export function PermissionMatrix({ caption, all, value, onChange, ceiling = all }: Props) {
  const groups = grouped(all);
  const rows = groups.flatMap((group) => group.rows);
  const extra = rows.some((row) => otherActions(row).length > 0);
  const givable = within(all, ceiling);
  const first = rows.findIndex(({ resource }) => resource in givable);
  const [here, setHere] = useState({ row: first, column: 0 });
  const change = (row: ResourceRow, actions: string[], given: boolean) =>
    onChange?.(withChange(value, all, row.resource, actions, given));
  const columns = 1 + ACTIONS.length;

  function walk(event: KeyboardEvent<HTMLTableElement>) {
    const step = STEPS[event.key];
    if (step === undefined || !(event.target instanceof HTMLInputElement)) return;
    const row = Number(event.target.dataset['row']);
    const column = Number(event.target.dataset['column']);
    const [down, right] = step;
    // Past a box that is not there, to the next that is.
    for (let distance = 1; distance < rows.length + columns; distance++) {
      const selector = `input[data-row="${row + down * distance}"][data-column="${column + right * distance}"]`;
      const next = event.currentTarget.querySelector<HTMLInputElement>(selector);
      if (next === null || next.disabled) continue;
      event.preventDefault();
      next.focus();
      return;
    }
    event.preventDefault();
  }

  const boxAt = (row: number, column: number) => ({
    'data-row': row,
    'data-column': column,
    tabIndex: here.row === row && here.column === column ? 0 : -1,
    onFocus: () => setHere({ row, column }),
  });

  return (
    <div className="overflow-x-auto">
      <table className="w-full border-collapse text-sm" onKeyDown={onChange && walk}>
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line text-xs text-text-3">
            <th scope="col" className="h-9 px-4 text-left font-medium">
              Resource
            </th>
            {ACTIONS.map((action) => (
              <th key={action} scope="col" className="w-18 px-2 text-center font-medium">
                {action}
              </th>
            ))}
            {extra ? (
              <th scope="col" className="w-24 px-2 pr-4 text-left font-medium">
                other
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <Fragment key={group.title}>
              <tr className="border-b border-line bg-surface-2">
                <th
                  scope="rowgroup"
                  colSpan={ACTIONS.length + (extra ? 2 : 1)}
                  className="h-8 px-4 text-left text-xs font-medium text-text-2"
                >
                  {group.title}
                </th>
              </tr>
              {group.rows.map((row) => {
                const index = rows.indexOf(row);
                const offered = givable[row.resource] ?? [];
                const given = row.actions.filter((action) => allows(value, row.resource, action));
                return (
                  <tr key={row.resource} className="border-b border-line last:border-b-0 hover:bg-surface-2/50">
                    <th scope="row" className="px-4 py-2 text-left font-normal">
                      <span className="flex items-start gap-3">
                        {onChange ? (
                          <Box
                            {...boxAt(index, 0)}
                            label={`Everything about ${row.label}`}
                            checked={given.length === row.actions.length}
                            mixed={given.length > 0 && given.length < row.actions.length}
                            disabled={offered.length === 0}
                            onChange={(checked) => change(row, offered, checked)}
                          />
                        ) : null}
                        <span className="min-w-0">
                          <span className="block font-medium">{row.label}</span>
                          <span className="block text-xs text-text-3">{row.about}</span>
                        </span>
                      </span>
                    </th>
                    {ACTIONS.map((action, column) => (
                      <td key={action} className="px-2 text-center">
                        {!row.actions.includes(action) ? null : onChange ? (
                          <Box
                            {...boxAt(index, column + 1)}
                            label={`${action} ${row.label}`}
                            checked={given.includes(action)}
                            disabled={!offered.includes(action)}
                            onChange={(checked) => change(row, [action], checked)}
                          />
                        ) : (
                          <Mark label={`${action} ${row.label}`} given={given.includes(action)} />
                        )}
                      </td>
                    ))}
                    {extra ? (
                      <td className="px-2 pr-4">
                        {otherActions(row).map((action, position) => (
                          <label key={action} className="flex items-center gap-1.5 text-xs text-text-2">
                            {onChange ? (
                              <Box
                                {...boxAt(index, columns + position)}
                                label={`${action} ${row.label}`}
                                checked={given.includes(action)}
                                disabled={!offered.includes(action)}
                                onChange={(checked) => change(row, [action], checked)}
                              />
                            ) : (
                              <Mark label={`${action} ${row.label}`} given={given.includes(action)} />
                            )}
                            {action}
                          </label>
                        ))}
                      </td>
                    ) : null}
                  </tr>
                );
              })}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const STEPS: Record<string, readonly [down: number, right: number]> = {
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
};

function otherActions(row: ResourceRow): string[] {
  return row.actions.filter((action) => !ACTIONS.some((each) => each === action));
}

type BoxProps = {
  label: string;
  checked: boolean;
  mixed?: boolean;
  disabled: boolean;
  onChange: (checked: boolean) => void;
  tabIndex: number;
  onFocus: () => void;
  'data-row': number;
  'data-column': number;
};

function Box({ label, mixed = false, onChange, ...rest }: BoxProps) {
  return (
    <input
      type="checkbox"
      aria-label={label}
      title={rest.disabled ? 'You may not do this yourself, so you cannot permit it.' : undefined}
      ref={(element) => {
        if (element !== null) element.indeterminate = mixed;
      }}
      className="size-4 shrink-0 align-middle accent-(--accent) disabled:opacity-40"
      onChange={(event) => onChange(event.target.checked)}
      {...rest}
    />
  );
}

function Mark({ label, given }: { label: string; given: boolean }) {
  return (
    <span role="img" aria-label={`${label}: ${given ? 'yes' : 'no'}`} className="inline-grid place-items-center">
      {given ? (
        <Check className="size-4 text-ok-text" aria-hidden />
      ) : (
        <Minus className="size-3.5 text-text-3 opacity-50" aria-hidden />
      )}
    </span>
  );
}
