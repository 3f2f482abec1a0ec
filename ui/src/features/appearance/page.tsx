import { Monitor, Moon, Sun } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { Card, CardHeader } from '@/components/ui/card';
import { Segmented } from '@/components/ui/segmented';
import { Fonts } from '@/features/appearance/fonts';
import { Palettes } from '@/features/appearance/palettes';
import { chooseTheme, onThemeChange, themeChoice } from '@/lib/theme';

const OPTIONS = [
  { value: 'light', label: 'Light', icon: <Sun aria-hidden /> },
  { value: 'dark', label: 'Dark', icon: <Moon aria-hidden /> },
  { value: 'system', label: 'Like the system', icon: <Monitor aria-hidden /> },
] as const;

export function AppearancePage() {
  const choice = useSyncExternalStore(onThemeChange, themeChoice);
  return (
    <>
      <Card>
        <title>Appearance · Archestra</title>
        <CardHeader
          title="Theme"
          description="Kept in this browser. “Like the system” follows it during the day too."
        />
        <div className="px-4 pb-4">
          <Segmented label="Theme" value={choice} onValueChange={chooseTheme} options={OPTIONS} />
        </div>
      </Card>
      <Palettes />
      <Fonts />
    </>
  );
}
