/** A JSON Schema as form fields, and the form's values as arguments. Pure. */
export type JsonSchema = { [key: string]: unknown };

export type SchemaField = {
  name: string;
  title: string;
  description: string | null;
  required: boolean;
  kind: 'text' | 'number' | 'integer' | 'boolean' | 'choice' | 'list' | 'json';
  choices: string[];
  start: string;
  min?: number;
  max?: number;
  long: boolean;
};

/** What is typed into a field; empty means that the argument is left out. */
export type FieldValues = Record<string, string>;

export function fieldsOf(schema: unknown): SchemaField[] {
  const root = asObject(schema);
  const properties = asObject(root?.['properties']);
  if (root === null || properties === null) return [];
  const required = new Set(asStrings(root['required']));
  return Object.entries(properties).map(([name, raw]) => fieldOf(name, resolved(raw, root), required.has(name)));
}

export function startValues(fields: SchemaField[]): FieldValues {
  return Object.fromEntries(fields.map((field) => [field.name, field.start]));
}

/** The arguments, or what is wrong, by field. */
export function argumentsOf(
  fields: SchemaField[],
  values: FieldValues,
): { arguments: Record<string, unknown>; errors: Record<string, string> } {
  const result: Record<string, unknown> = {};
  const errors: Record<string, string> = {};
  for (const field of fields) {
    const text = values[field.name] ?? '';
    if (text.trim() === '') {
      if (field.required && field.kind !== 'text') errors[field.name] = 'It must be given.';
      else if (field.required) result[field.name] = text;
      continue;
    }
    const read = valueOf(field, text);
    if ('error' in read) errors[field.name] = read.error;
    else result[field.name] = read.value;
  }
  return { arguments: result, errors };
}

/** Arguments put back into the form; what the form has no field for is `lost`. */
export function valuesFrom(fields: SchemaField[], given: unknown): { values: FieldValues; lost: string[] } {
  const source = asObject(given) ?? {};
  const known = new Set(fields.map((field) => field.name));
  const values = Object.fromEntries(
    fields.map((field): [string, string] => [field.name, textOf(field, source[field.name])]),
  );
  return { values, lost: Object.keys(source).filter((key) => !known.has(key)) };
}

function fieldOf(name: string, schema: JsonSchema, required: boolean): SchemaField {
  const kind = kindOf(schema);
  return {
    name,
    title: typeof schema['title'] === 'string' ? schema['title'] : name,
    description: typeof schema['description'] === 'string' ? schema['description'] : null,
    required,
    kind,
    choices: asArray(schema['enum']).map(String),
    start: schema['default'] === undefined ? '' : textOf({ kind }, schema['default']),
    min: typeof schema['minimum'] === 'number' ? schema['minimum'] : undefined,
    max: typeof schema['maximum'] === 'number' ? schema['maximum'] : undefined,
    long: kind === 'text' && /content|text|body|query|prompt|message|code|sql/i.test(name),
  };
}

function kindOf(schema: JsonSchema): SchemaField['kind'] {
  const type = typeOf(schema);
  if (Array.isArray(schema['enum']) && (type === 'string' || type === null)) return 'choice';
  if (type === 'string') return 'text';
  if (type === 'number' || type === 'integer' || type === 'boolean') return type;
  if (type === 'array' && typeOf(asObject(schema['items']) ?? {}) === 'string') return 'list';
  return 'json';
}

/** The type beside null, where a value may be null. */
function typeOf(schema: JsonSchema): string | null {
  const { type } = schema;
  if (typeof type === 'string') return type;
  const types = asStrings(type).filter((each) => each !== 'null');
  return types.length === 1 ? (types[0] ?? null) : null;
}

/** Follows one reference, and takes the only branch of a choice between something and null. */
function resolved(raw: unknown, root: JsonSchema): JsonSchema {
  const schema = asObject(raw) ?? {};
  const reference = schema['$ref'];
  if (typeof reference === 'string' && reference.startsWith('#/')) {
    const target = reference
      .slice(2)
      .split('/')
      .reduce<unknown>((at, key) => asObject(at)?.[key], root);
    return { ...asObject(target), ...schema };
  }
  const branches = [...asArray(schema['anyOf']), ...asArray(schema['oneOf'])]
    .map(asObject)
    .filter((branch) => branch !== null && branch['type'] !== 'null');
  return branches.length === 1 ? { ...branches[0], ...schema } : schema;
}

function valueOf(field: SchemaField, text: string): { value: unknown } | { error: string } {
  switch (field.kind) {
    case 'text':
    case 'choice':
      return { value: text };
    case 'boolean':
      return { value: text === 'true' };
    case 'list':
      return { value: text.split('\n').filter((line) => line !== '') };
    case 'number':
    case 'integer': {
      const number = Number(text);
      if (Number.isNaN(number)) return { error: 'A number.' };
      if (field.kind === 'integer' && !Number.isInteger(number)) return { error: 'A whole number.' };
      if (number < (field.min ?? -Infinity)) return { error: `Not below ${field.min}.` };
      if (number > (field.max ?? Infinity)) return { error: `Not above ${field.max}.` };
      return { value: number };
    }
    case 'json':
      try {
        return { value: JSON.parse(text) as unknown };
      } catch {
        return { error: 'This is not JSON.' };
      }
  }
}

function textOf(field: Pick<SchemaField, 'kind'>, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (field.kind === 'list' && Array.isArray(value)) return value.map(String).join('\n');
  if (field.kind === 'json' || typeof value === 'object') return JSON.stringify(value, null, 2);
  return String(value);
}

function asObject(value: unknown): JsonSchema | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonSchema) : null;
}

function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function asStrings(value: unknown): string[] {
  return asArray(value).filter((each) => typeof each === 'string');
}
