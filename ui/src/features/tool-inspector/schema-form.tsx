import { Field } from '@/components/ui/field';
import { Input, Select, Textarea } from '@/components/ui/input';
import { Switch } from '@/components/ui/switch';
import type { FieldValues, SchemaField } from '@/features/tool-inspector/schema';

type Props = {
  fields: SchemaField[];
  values: FieldValues;
  errors: Record<string, string>;
  onChange: (values: FieldValues) => void;
};

export function SchemaForm({ fields, values, errors, onChange }: Props) {
  return fields.map((field) => (
    <SchemaControl
      key={field.name}
      field={field}
      value={values[field.name] ?? ''}
      error={errors[field.name]}
      onChange={(value) => onChange({ ...values, [field.name]: value })}
    />
  ));
}

type ControlProps = { field: SchemaField; value: string; error?: string; onChange: (value: string) => void };

function SchemaControl({ field, value, error, onChange }: ControlProps) {
  return (
    <Field label={field.title} hint={field.description ?? undefined} error={error} optional={!field.required}>
      {(control) => {
        switch (field.kind) {
          case 'boolean':
            return (
              <Switch
                id={control.id}
                aria-describedby={control['aria-describedby']}
                checked={value === 'true'}
                onCheckedChange={(on) => onChange(String(on))}
              />
            );
          case 'choice':
            return (
              <Select {...control} value={value} onChange={(event) => onChange(event.target.value)}>
                <option value="">–</option>
                {field.choices.map((choice) => (
                  <option key={choice}>{choice}</option>
                ))}
              </Select>
            );
          case 'list':
          case 'json':
            return (
              <Textarea
                {...control}
                rows={3}
                spellCheck={false}
                className="font-mono text-xs"
                placeholder={field.kind === 'list' ? 'One per line' : 'JSON'}
                value={value}
                onChange={(event) => onChange(event.target.value)}
              />
            );
          case 'text':
            return field.long ? (
              <Textarea {...control} rows={3} value={value} onChange={(event) => onChange(event.target.value)} />
            ) : (
              <Input {...control} autoComplete="off" value={value} onChange={(event) => onChange(event.target.value)} />
            );
          case 'number':
          case 'integer':
            return (
              <Input
                {...control}
                inputMode="decimal"
                autoComplete="off"
                value={value}
                onChange={(event) => onChange(event.target.value)}
              />
            );
        }
      }}
    </Field>
  );
}
