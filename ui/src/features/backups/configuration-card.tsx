import { Download, Upload } from 'lucide-react';
import { type ChangeEvent, useRef, useState } from 'react';
import { Button, buttonClass } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { ApplyDialog } from '@/features/backups/apply-dialog';
import { formatBytes } from '@/lib/format';

/** A configuration is text that people write; more is something else. */
const LARGEST = 5_000_000;

/** The configuration as a file: out of this server, and into it. */
export function ConfigurationCard() {
  const input = useRef<HTMLInputElement>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [file, setFile] = useState<{ name: string; text: string } | null>(null);

  async function choose({ target }: ChangeEvent<HTMLInputElement>) {
    const chosen = target.files?.[0];
    target.value = '';
    if (chosen === undefined) return;
    if (chosen.size > LARGEST) {
      setFault(`${chosen.name} has ${formatBytes(chosen.size)}; a configuration has at most ${formatBytes(LARGEST)}.`);
      return;
    }
    setFault(null);
    try {
      setFile({ name: chosen.name, text: await chosen.text() });
    } catch {
      setFault(`${chosen.name} could not be read.`);
    }
  }

  return (
    <Card>
      <CardHeader
        title="Configuration"
        description="Agents, servers, roles and settings as YAML, without secrets. Applying a file shows first what it would change; what it does not speak of stays."
        actions={
          <>
            <input
              ref={input}
              type="file"
              accept=".yaml,.yml,application/yaml"
              aria-label="Configuration file"
              className="hidden"
              onChange={(event) => void choose(event)}
            />
            <Button size="sm" onClick={() => input.current?.click()}>
              <Upload aria-hidden /> Apply a file…
            </Button>
            <a href="/api/configuration/export" download className={buttonClass({ size: 'sm' })}>
              <Download aria-hidden /> Export
            </a>
          </>
        }
      />
      {fault ? (
        <p role="alert" className="px-4 pb-3 text-sm text-bad-text">
          {fault}
        </p>
      ) : null}
      {file ? <ApplyDialog name={file.name} text={file.text} onClose={() => setFile(null)} /> : null}
    </Card>
  );
}
