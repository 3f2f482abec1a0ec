/** What a server asks for at its installation, and the answers as the API takes them. Pure. */
import type { CatalogDescription, Value } from '@/api/mcp';
import { isReference } from '@/features/secrets/words';

export type Prompt = {
  /** Environment variables and user configuration are two lists in the API. */
  list: 'environment' | 'user';
  key: string;
  label: string;
  description: string | null;
  /** A `reference` says where in Vault the value lies, as `path#key`. */
  kind: 'text' | 'number' | 'boolean' | 'directory' | 'file' | 'reference';
  secret: boolean;
  required: boolean;
  multiple: boolean;
  start: string;
  min?: number;
  max?: number;
};

export type Answers = Record<string, string>;

export function promptsOf(item: Pick<CatalogDescription, 'localConfig' | 'userConfig'>, byReference = false): Prompt[] {
  const environment = (item.localConfig?.environment ?? [])
    .filter((variable) => variable.promptOnInstallation)
    .map((variable): Prompt => ({
      list: 'environment',
      key: variable.key,
      label: variable.key,
      description: variable.description ?? null,
      kind: variable.type === 'boolean' || variable.type === 'number' ? variable.type : 'text',
      secret: variable.type === 'secret',
      required: variable.required ?? false,
      multiple: false,
      start: asText(variable.default ?? variable.value ?? null),
    }));
  const user = Object.entries(item.userConfig ?? {}).map(([key, field]): Prompt => ({
    list: 'user',
    key,
    label: field.title === '' ? key : field.title,
    description: field.description === '' ? null : field.description,
    kind: field.type === 'string' ? 'text' : field.type,
    secret: field.sensitive ?? false,
    required: field.required ?? false,
    multiple: field.multiple ?? false,
    start: asText(field.default ?? null),
    min: field.min,
    max: field.max,
  }));
  const prompts = [...environment, ...user];
  return byReference ? prompts.map((prompt) => (prompt.secret ? { ...prompt, kind: 'reference' } : prompt)) : prompts;
}

/** A prompt's place among the answers: the two lists may use the same key. */
export function answerKey(prompt: Pick<Prompt, 'list' | 'key'>): string {
  return `${prompt.list}:${prompt.key}`;
}

export function startAnswers(prompts: Prompt[], known: Record<string, string> = {}): Answers {
  return Object.fromEntries(
    prompts.map((prompt) => [answerKey(prompt), known[prompt.key] ?? (prompt.secret ? '' : prompt.start)]),
  );
}

/** The prompts that must be answered and are not, numbers outside their range, and halves of references. */
export function missingAnswers(prompts: Prompt[], answers: Answers): Prompt[] {
  return prompts.filter((prompt) => {
    const answer = (answers[answerKey(prompt)] ?? '').trim();
    if (answer === '') return prompt.required && prompt.kind !== 'boolean';
    if (prompt.kind === 'reference') return !isReference(answer);
    if (prompt.kind !== 'number') return false;
    const number = Number(answer);
    return Number.isNaN(number) || number < (prompt.min ?? -Infinity) || number > (prompt.max ?? Infinity);
  });
}

export function answersOf(
  prompts: Prompt[],
  answers: Answers,
): { environmentValues: Record<string, string>; userConfigValues: Record<string, string> } {
  const values = (list: Prompt['list']) =>
    Object.fromEntries(
      prompts
        .filter((prompt) => prompt.list === list)
        .map((prompt): [string, string] => [prompt.key, (answers[answerKey(prompt)] ?? '').trim()])
        .filter(([, answer]) => answer !== ''),
    );
  return { environmentValues: values('environment'), userConfigValues: values('user') };
}

function asText(value: Value): string {
  if (value === null) return '';
  return Array.isArray(value) ? value.join('\n') : String(value);
}
