import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Limit, LimitInput, LimitType } from '@/api/policies';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { toolsQuery } from '@/features/agent-tools/queries';
import { type Entity, EntityFields } from '@/features/agents/entity-fields';
import { ModelsField } from '@/features/limits/models-field';
import { useSaveLimit } from '@/features/limits/queries';
import { TYPES, valueError } from '@/features/limits/words';
import { serversQuery } from '@/features/mcp-servers/queries';
import { focusFirstFault } from '@/lib/first-fault';

type Props = { limit: Limit | undefined; type: LimitType; organizationId: string; onClose: () => void };

export function LimitDialog({ limit, type, organizationId, onClose }: Props) {
  const save = useSaveLimit(limit?.id);
  const [entity, setEntity] = useState<Entity>({
    entityType: limit?.entityType ?? 'organization',
    entityId: limit?.entityId ?? organizationId,
  });
  const [limitType, setLimitType] = useState(limit?.limitType ?? type);
  const [value, setValue] = useState(limit === undefined ? '' : String(limit.limitValue));
  const [models, setModels] = useState<string[]>(limit?.model ?? []);
  const [server, setServer] = useState(limit?.mcpServerName ?? '');
  const [tool, setTool] = useState(limit?.toolName ?? '');
  const [submitted, setSubmitted] = useState(false);
  const fault = valueError(value);
  const noEntity = entity.entityId === '' ? 'Make one first.' : null;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setSubmitted(true);
    if (fault !== null || noEntity !== null) {
      focusFirstFault(event.currentTarget);
      return;
    }
    const ofModels = limitType === 'token_cost';
    const input: LimitInput = {
      ...entity,
      limitType,
      limitValue: Number(value.trim()),
      model: ofModels && models.length > 0 ? models : null,
      mcpServerName: ofModels || server === '' ? null : server,
      toolName: limitType === 'tool_calls' && tool !== '' ? tool : null,
    };
    save.mutate(input, {
      onSuccess: () => {
        showToast({ tone: 'ok', title: 'The limit counts from now on' });
        onClose();
      },
    });
  }

  return (
    <Dialog
      title={limit ? 'Edit the limit' : 'Add a limit'}
      description="Calls beyond it are refused with a message that says so."
      onClose={onClose}
    >
      <form onSubmit={submit} className="contents" noValidate>
        <DialogBody>
          {save.isError ? (
            <Notice tone="error" role="alert">
              {causeOf(save.error)}
            </Notice>
          ) : null}
          <EntityFields value={entity} fault={submitted ? noEntity : null} onChange={setEntity} />
          <Field label="What is counted">
            {(control) => (
              <Select
                {...control}
                value={limitType}
                onChange={(event) =>
                  setLimitType(TYPES.find((each) => each.value === event.target.value)?.value ?? limitType)
                }
              >
                {TYPES.map((each) => (
                  <option key={each.value} value={each.value}>
                    {each.label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field
            label={limitType === 'token_cost' ? 'At most, in US dollars' : 'At most, in calls'}
            error={submitted ? fault : null}
            hint={
              limitType === 'token_cost'
                ? 'As the price table has it. Calls under way may go a little beyond.'
                : 'Counted exactly; one call more is refused.'
            }
          >
            {(control) => (
              <Input
                {...control}
                inputMode="numeric"
                autoComplete="off"
                className="w-40 text-right tnum"
                value={value}
                onChange={(event) => setValue(event.target.value)}
              />
            )}
          </Field>
          {limitType === 'token_cost' ? (
            <ModelsField models={models} onChange={setModels} />
          ) : (
            <ServerFields
              type={limitType}
              server={server}
              tool={tool}
              onServer={(name) => {
                setServer(name);
                setTool('');
              }}
              onTool={setTool}
            />
          )}
          {limit && hasOtherScope(limit, { ...entity, limitType }) ? (
            <Notice tone="info">What is used starts anew, since something else is counted.</Notice>
          ) : null}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={save.isPending}>
            Save limit
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

function hasOtherScope(before: Limit, now: Entity & { limitType: LimitType }): boolean {
  return before.entityId !== now.entityId || before.limitType !== now.limitType;
}

type ServerFieldsProps = {
  type: LimitType;
  server: string;
  tool: string;
  onServer: (name: string) => void;
  onTool: (name: string) => void;
};

function ServerFields({ type, server, tool, onServer, onTool }: ServerFieldsProps) {
  const servers = useQuery(serversQuery);
  const tools = useQuery({ ...toolsQuery, enabled: type === 'tool_calls' });
  const names = [...new Set([...(servers.data ?? []).map(({ name }) => name), ...(server === '' ? [] : [server])])];
  const catalogId = servers.data?.find(({ name }) => name === server)?.catalogId;
  const offered = (tools.data ?? []).filter((each) => server === '' || each.catalogId === catalogId);
  return (
    <>
      <Field label="MCP server">
        {(control) => (
          <Select {...control} value={server} onChange={(event) => onServer(event.target.value)}>
            <option value="">All of them</option>
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </Select>
        )}
      </Field>
      {type === 'tool_calls' ? (
        <Field label="Tool">
          {(control) => (
            <Select {...control} value={tool} onChange={(event) => onTool(event.target.value)}>
              <option value="">All of them</option>
              {tool !== '' && !offered.some(({ name }) => name === tool) ? <option>{tool}</option> : null}
              {offered.map(({ id, name }) => (
                <option key={id}>{name}</option>
              ))}
            </Select>
          )}
        </Field>
      ) : null}
    </>
  );
}
