import type { LlmProvider } from '@/api/settings';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { type Preset, PRESETS, takesPresets } from '@/features/provider-keys/presets';

type Props = {
  value: string;
  provider: LlmProvider | undefined;
  presets: boolean;
  onChange: (value: string) => void;
  onPreset: (preset: Preset) => void;
};

export function BaseUrlField({ value, provider, presets, onChange, onPreset }: Props) {
  return (
    <div className="flex flex-col gap-2">
      <Field
        label="Base URL"
        optional
        hint={
          provider
            ? `Empty for ${provider.environmentBaseUrl || provider.defaultBaseUrl}. Else a server that speaks the same API.`
            : undefined
        }
      >
        {(control) => (
          <Input
            {...control}
            type="url"
            inputMode="url"
            spellCheck={false}
            autoComplete="off"
            className="font-mono text-xs"
            placeholder={provider?.environmentBaseUrl || provider?.defaultBaseUrl}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      {presets && provider && takesPresets(provider.id) ? (
        <div role="group" aria-label="Servers of your own" className="flex flex-wrap items-center gap-1.5">
          {PRESETS.map((preset) => (
            <Button key={preset.id} size="sm" aria-pressed={value === preset.baseUrl} onClick={() => onPreset(preset)}>
              {preset.name}
            </Button>
          ))}
        </div>
      ) : null}
    </div>
  );
}
