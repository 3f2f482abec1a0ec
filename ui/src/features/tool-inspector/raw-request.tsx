import { Send } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { McpServer } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Field } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import { useInspect } from '@/features/mcp-servers/queries';
import { InspectionView } from '@/features/tool-inspector/inspection-view';

const METHODS = [
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
  'ping',
];

/** Whatever the protocol knows and has no form here. */
export function RawRequest({ server }: { server: McpServer }) {
  const [method, setMethod] = useState('tools/list');
  const [params, setParams] = useState('{}');
  const [problem, setProblem] = useState<string | null>(null);
  const inspect = useInspect(server.id);
  function send(event: FormEvent) {
    event.preventDefault();
    try {
      setProblem(null);
      inspect.mutate({ method: method.trim(), params: JSON.parse(params) as unknown });
    } catch {
      setProblem('This is not JSON.');
    }
  }
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <Card>
        <form onSubmit={send} className="flex flex-col gap-4 p-4">
          <Field label="Method">
            {(control) => (
              <>
                <Input
                  {...control}
                  list={`${control.id}-methods`}
                  className="font-mono text-xs"
                  required
                  spellCheck={false}
                  value={method}
                  onChange={(event) => setMethod(event.target.value)}
                />
                <datalist id={`${control.id}-methods`}>
                  {METHODS.map((each) => (
                    <option key={each} value={each} />
                  ))}
                </datalist>
              </>
            )}
          </Field>
          <Field label="Parameters" error={problem}>
            {(control) => (
              <Textarea
                {...control}
                rows={5}
                className="font-mono text-xs leading-5"
                spellCheck={false}
                value={params}
                onChange={(event) => setParams(event.target.value)}
              />
            )}
          </Field>
          <Button
            type="submit"
            variant="primary"
            className="self-start"
            pending={inspect.isPending}
            disabled={method.trim() === ''}
          >
            {inspect.isPending ? null : <Send aria-hidden />} Send
          </Button>
        </form>
      </Card>
      <InspectionView inspect={inspect} />
    </div>
  );
}
