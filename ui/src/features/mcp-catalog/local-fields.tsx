import { Field } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import { Segmented } from '@/components/ui/segmented';
import type { Draft } from '@/features/mcp-catalog/draft';
import { EnvironmentEditor } from '@/features/mcp-catalog/environment-editor';

type Props = {
  draft: Draft;
  errors: Partial<Record<keyof Draft, string>>;
  onChange: (change: Partial<Draft>) => void;
};

export function LocalFields({ draft, errors, onChange }: Props) {
  return (
    <>
      <Segmented
        label="Started with"
        value={draft.startWith}
        onValueChange={(startWith) => onChange({ startWith })}
        options={[
          { value: 'command', label: 'A command (npx, uvx)' },
          { value: 'image', label: 'An image' },
        ]}
      />
      {draft.startWith === 'image' ? (
        <Field label="Image" error={errors.dockerImage}>
          {(control) => (
            <Input
              {...control}
              className="font-mono text-xs"
              placeholder="ghcr.io/github/github-mcp-server:latest"
              spellCheck={false}
              value={draft.dockerImage}
              onChange={(event) => onChange({ dockerImage: event.target.value })}
            />
          )}
        </Field>
      ) : null}
      <Field
        label="Command"
        optional={draft.startWith === 'image'}
        hint={
          draft.startWith === 'image'
            ? 'Instead of the one the image has.'
            : 'Runs in a container with Node and Python.'
        }
        error={errors.command}
      >
        {(control) => (
          <Input
            {...control}
            className="font-mono text-xs"
            placeholder={draft.startWith === 'image' ? '' : 'npx'}
            spellCheck={false}
            value={draft.command}
            onChange={(event) => onChange({ command: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="Arguments"
        hint={
          <>
            One per line. <code className="font-mono">{'${user_config.KEY}'}</code> is replaced by what is answered.
          </>
        }
        optional
      >
        {(control) => (
          <Textarea
            {...control}
            rows={3}
            className="font-mono text-xs"
            placeholder={'-y\n@modelcontextprotocol/server-filesystem\n/data'}
            spellCheck={false}
            value={draft.arguments}
            onChange={(event) => onChange({ arguments: event.target.value })}
          />
        )}
      </Field>
      <EnvironmentEditor
        variables={draft.environment}
        error={errors.environment}
        onChange={(environment) => onChange({ environment })}
      />
      <div className="flex flex-wrap items-end gap-3">
        <div className="flex flex-col gap-1.5">
          <span className="text-sm font-medium">Speaks over</span>
          <Segmented
            label="Speaks over"
            value={draft.transportType}
            onValueChange={(transportType) => onChange({ transportType })}
            options={[
              { value: 'stdio', label: 'stdio' },
              { value: 'streamable-http', label: 'HTTP' },
            ]}
          />
        </div>
        {draft.transportType === 'streamable-http' ? (
          <>
            <Field label="Port" className="w-24" error={errors.httpPort}>
              {(control) => (
                <Input
                  {...control}
                  inputMode="numeric"
                  placeholder="8080"
                  value={draft.httpPort}
                  onChange={(event) => onChange({ httpPort: event.target.value })}
                />
              )}
            </Field>
            <Field label="Path" className="w-36">
              {(control) => (
                <Input
                  {...control}
                  placeholder="/mcp"
                  value={draft.httpPath}
                  onChange={(event) => onChange({ httpPath: event.target.value })}
                />
              )}
            </Field>
          </>
        ) : null}
      </div>
    </>
  );
}
