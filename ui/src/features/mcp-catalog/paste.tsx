import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { useImport } from '@/features/mcp-catalog/queries';
import { ImportReviewSheet } from '@/features/mcp-catalog/review';

const UNDERSTOOD = [
  'mcpServers JSON (Claude Desktop, Cursor, …)',
  'VS Code servers',
  'Codex TOML',
  'claude mcp add …',
  'docker run …',
  'npx … and uvx …',
  'a server.json',
  'an address',
];

/** Paste anything that configures an MCP server anywhere; nothing is added before it was looked at. */
export function PasteItem() {
  const navigate = useNavigate();
  const read = useImport();
  const [text, setText] = useState('');
  const close = () => void navigate({ to: '/catalog', search: {} });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (text.trim() !== '') read.mutate(text);
  }
  return (
    <Dialog
      variant="sheet"
      title={read.data ? 'Review what was found' : 'Paste a configuration'}
      description={
        read.data
          ? 'Nothing has been added yet, and nothing runs.'
          : 'From the documentation of a server, or from another client.'
      }
      onClose={close}
      className="w-[min(42rem,100vw)]"
    >
      {read.data ? (
        <ImportReviewSheet review={read.data} onBack={() => read.reset()} onClose={close} />
      ) : (
        <form onSubmit={submit} className="flex min-h-0 flex-1 flex-col">
          <DialogBody>
            {read.isError ? (
              <Notice tone="error" role="alert">
                {causeOf(read.error)}
              </Notice>
            ) : null}
            <Field
              label="Configuration"
              hint="Keys and passwords in it are recognised and moved to the secret store; they do not stay in the entry."
            >
              {(control) => (
                <Textarea
                  {...control}
                  rows={14}
                  value={text}
                  autoFocus
                  spellCheck={false}
                  className="font-mono text-xs leading-5"
                  placeholder={'{\n  "mcpServers": {\n    "files": { "command": "npx", "args": ["-y", "…"] }\n  }\n}'}
                  onChange={(event) => setText(event.target.value)}
                  onKeyDown={(event) => {
                    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) submit(event);
                  }}
                />
              )}
            </Field>
            <div>
              <h3 className="text-xs font-medium text-text-3">What is understood</h3>
              <ul className="mt-1.5 flex flex-wrap gap-1.5 text-xs text-text-2">
                {UNDERSTOOD.map((form) => (
                  <li key={form} className="rounded border border-line px-1.5 py-0.5">
                    {form}
                  </li>
                ))}
              </ul>
            </div>
          </DialogBody>
          <DialogFooter>
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" variant="primary" pending={read.isPending} disabled={text.trim() === ''}>
              Look at it
            </Button>
          </DialogFooter>
        </form>
      )}
    </Dialog>
  );
}
