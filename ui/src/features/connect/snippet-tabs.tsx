import { Tabs } from 'radix-ui';
import { CodeBlock } from '@/components/ui/code-block';
import type { Snippet } from '@/features/connect/clients';

/** Steps that follow each other stand below each other; ways to choose from are tabs. */
export function SnippetTabs({ snippets }: { snippets: Snippet[] }) {
  const choices = snippets.filter((snippet) => !isStep(snippet));
  const first = choices[0];
  return (
    <div className="flex flex-col gap-3">
      {snippets.filter(isStep).map((snippet) => (
        <CodeBlock
          key={snippet.label}
          code={snippet.code}
          label={`${snippet.label} snippet`}
          caption={snippet.caption}
        />
      ))}
      {first === undefined ? null : choices.length === 1 ? (
        <CodeBlock code={first.code} label={`${first.label} snippet`} caption={first.caption} />
      ) : (
        <Tabs.Root defaultValue={first.label}>
          <Tabs.List aria-label="Ways to set it up" className="mb-2 flex gap-4 border-b border-line">
            {choices.map((snippet) => (
              <Tabs.Trigger
                key={snippet.label}
                value={snippet.label}
                className="-mb-px border-b-2 border-transparent pb-1.5 text-sm text-text-2 hover:text-text focus-visible:outline-offset-[-2px] data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-text"
              >
                {snippet.label}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          {choices.map((snippet) => (
            <Tabs.Content key={snippet.label} value={snippet.label} className="outline-none">
              <CodeBlock code={snippet.code} label={`${snippet.label} snippet`} caption={snippet.caption} />
            </Tabs.Content>
          ))}
        </Tabs.Root>
      )}
    </div>
  );
}

function isStep(snippet: Snippet): boolean {
  return snippet.step === true;
}
