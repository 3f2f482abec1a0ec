import { Play } from 'lucide-react';
import { type FormEvent, useMemo, useState } from 'react';
import type { McpServer, ServerTool } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Textarea } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Segmented } from '@/components/ui/segmented';
import { useInspect } from '@/features/mcp-servers/queries';
import { InspectionView } from '@/features/tool-inspector/inspection-view';
import { argumentsOf, fieldsOf, startValues, valuesFrom } from '@/features/tool-inspector/schema';
import { SchemaForm } from '@/features/tool-inspector/schema-form';

/** One tool: its arguments as a form or as JSON, and what it answers. */
export function ToolRun({ server, tool }: { server: McpServer; tool: ServerTool }) {
  const fields = useMemo(() => fieldsOf(tool.parameters), [tool.parameters]);
  const [view, setView] = useState<'form' | 'json'>('form');
  const [values, setValues] = useState(() => startValues(fields));
  const [json, setJson] = useState('{}');
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const inspect = useInspect(server.id);

  function show(next: 'form' | 'json') {
    setProblem(null);
    if (next === 'json') {
      setJson(JSON.stringify(argumentsOf(fields, values).arguments, null, 2));
      setView('json');
      return;
    }
    const given = parsed(json);
    if (given === undefined) return setProblem('This is not JSON; mend it before you go back to the form.');
    const { values: back, lost } = valuesFrom(fields, given);
    if (lost.length > 0) return setProblem(`The form has no field for ${lost.join(', ')}; it would be lost.`);
    setValues(back);
    setView('form');
  }

  function run(event: FormEvent) {
    event.preventDefault();
    setProblem(null);
    const given = view === 'form' ? argumentsOf(fields, values) : { arguments: parsed(json), errors: {} };
    setErrors(given.errors);
    if (Object.keys(given.errors).length > 0) return;
    if (given.arguments === undefined) return setProblem('This is not JSON.');
    inspect.mutate({ method: 'tools/call', params: { name: tool.rawName, arguments: given.arguments } });
  }

  return (
    <div className="flex min-w-0 flex-col gap-4">
      <Card>
        <form onSubmit={run}>
          <header className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 pt-3.5 pb-3">
            <div className="min-w-0 flex-1">
              <h2 className="font-mono text-sm font-semibold break-all">{tool.rawName}</h2>
              {tool.description ? <p className="mt-0.5 text-sm text-text-2">{tool.description}</p> : null}
            </div>
            {fields.length > 0 ? (
              <Segmented
                label="Arguments as"
                value={view}
                onValueChange={show}
                options={[
                  { value: 'form', label: 'Form' },
                  { value: 'json', label: 'JSON' },
                ]}
              />
            ) : null}
          </header>
          <div className="flex flex-col gap-4 border-t border-line px-4 py-4">
            {problem ? (
              <Notice tone="error" role="alert">
                {problem}
              </Notice>
            ) : null}
            {view === 'json' ? (
              <Textarea
                aria-label="Arguments as JSON"
                rows={Math.min(16, Math.max(5, json.split('\n').length + 1))}
                spellCheck={false}
                className="font-mono text-xs leading-5"
                value={json}
                onChange={(event) => setJson(event.target.value)}
              />
            ) : fields.length === 0 ? (
              <p className="text-sm text-text-3">It takes no arguments.</p>
            ) : (
              <SchemaForm fields={fields} values={values} errors={errors} onChange={setValues} />
            )}
            <Button type="submit" variant="primary" className="self-start" pending={inspect.isPending}>
              {inspect.isPending ? null : <Play aria-hidden />} Run
            </Button>
          </div>
        </form>
      </Card>
      <InspectionView inspect={inspect} />
    </div>
  );
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
