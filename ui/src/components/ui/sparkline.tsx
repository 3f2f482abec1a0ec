import { cn } from '@/lib/class-names';

type Props = { values: readonly number[]; label: string; tone?: 'accent' | 'bad' | 'copper'; className?: string };

const WIDTH = 200;
const HEIGHT = 40;
const TONES = { accent: 'text-accent', bad: 'text-bad', copper: 'text-copper' };

/** An area line without axes; the numbers behind it stand in a table next to it or in its label. */
export function Sparkline({ values, label, tone = 'accent', className }: Props) {
  const points = linePoints(values);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={cn('h-10 w-full overflow-visible', TONES[tone], className)}
    >
      {points === '' ? (
        <line
          x1="0"
          x2={WIDTH}
          y1={HEIGHT - 1}
          y2={HEIGHT - 1}
          stroke="var(--line-strong)"
          strokeDasharray="3 4"
          vectorEffect="non-scaling-stroke"
        />
      ) : (
        <>
          <polygon points={`0,${HEIGHT} ${points} ${WIDTH},${HEIGHT}`} fill="currentColor" opacity="0.11" />
          <polyline
            points={points}
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
            strokeLinejoin="round"
            vectorEffect="non-scaling-stroke"
          />
        </>
      )}
    </svg>
  );
}

function linePoints(values: readonly number[]): string {
  const top = Math.max(0, ...values);
  if (values.length < 2 || top === 0) return '';
  const step = WIDTH / (values.length - 1);
  return values
    .map((value, index) => `${(index * step).toFixed(1)},${(HEIGHT - 1 - (value / top) * (HEIGHT - 4)).toFixed(1)}`)
    .join(' ');
}
