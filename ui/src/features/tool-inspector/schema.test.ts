import { describe, expect, it } from 'vitest';
import { argumentsOf, fieldsOf, startValues, valuesFrom } from '@/features/tool-inspector/schema';

const SCHEMA = {
  type: 'object',
  required: ['path', 'depth'],
  $defs: { Mode: { type: 'string', enum: ['fast', 'slow'] } },
  properties: {
    path: { type: 'string', description: 'Where' },
    depth: { type: 'integer', minimum: 1, maximum: 9, default: 2 },
    deep: { type: 'boolean' },
    mode: { $ref: '#/$defs/Mode' },
    limit: { anyOf: [{ type: 'number' }, { type: 'null' }] },
    names: { type: 'array', items: { type: 'string' } },
    filter: { type: 'object', properties: {} },
  },
};
const FIELDS = fieldsOf(SCHEMA);

describe('the fields of a schema', () => {
  it('have the kind of control their type asks for', () => {
    expect(FIELDS.map((field) => [field.name, field.kind])).toEqual([
      ['path', 'text'],
      ['depth', 'integer'],
      ['deep', 'boolean'],
      ['mode', 'choice'],
      ['limit', 'number'],
      ['names', 'list'],
      ['filter', 'json'],
    ]);
  });

  it('are none for a schema without properties', () => {
    expect(fieldsOf({ type: 'object' })).toEqual([]);
    expect(fieldsOf(null)).toEqual([]);
  });

  it('start with their defaults', () => {
    expect(startValues(FIELDS)).toMatchObject({ path: '', depth: '2' });
  });
});

describe('what was typed', () => {
  it('becomes typed arguments, and what was left empty is left out', () => {
    const { arguments: given, errors } = argumentsOf(FIELDS, {
      path: '/tmp',
      depth: '3',
      deep: 'true',
      names: 'a\nb\n',
      filter: '{"x":[1]}',
    });
    expect(errors).toEqual({});
    expect(given).toEqual({ path: '/tmp', depth: 3, deep: true, names: ['a', 'b'], filter: { x: [1] } });
  });

  it('is refused with a reason where it does not fit', () => {
    const { errors } = argumentsOf(FIELDS, { path: '/', depth: '12', filter: '{x', limit: 'much' });
    expect(errors).toEqual({ depth: 'Not above 9.', filter: 'This is not JSON.', limit: 'A number.' });
    expect(argumentsOf(FIELDS, { path: '/', depth: '1.5' }).errors).toEqual({ depth: 'A whole number.' });
    expect(argumentsOf(FIELDS, { path: '/', depth: '' }).errors).toEqual({ depth: 'It must be given.' });
  });
});

describe('JSON put back into the form', () => {
  it('survives the way there and back', () => {
    const given = { path: '/tmp', depth: 3, mode: 'slow', names: ['a'], filter: { x: 1 } };
    const { values, lost } = valuesFrom(FIELDS, given);
    expect(lost).toEqual([]);
    expect(argumentsOf(FIELDS, values).arguments).toEqual(given);
  });

  it('says what the form has no field for', () => {
    expect(valuesFrom(FIELDS, { path: '/', extra: 1 }).lost).toEqual(['extra']);
  });
});
