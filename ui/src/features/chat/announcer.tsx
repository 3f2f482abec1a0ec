import type { Run } from '@/api/chat';

const WORDS: Record<Run['status'], string> = {
  running: 'The answer is being written.',
  waiting: 'The answer waits for you.',
  completed: 'The answer is complete.',
  stopped: 'The answer was stopped.',
  failed: 'The answer failed.',
  interrupted: 'The answer was interrupted.',
};

/** Says to a screen reader how far the answer is, instead of every word of it. */
export function Announcer({ run }: { run: Run | null }) {
  return (
    <p role="status" aria-live="polite" className="sr-only">
      {run === null ? '' : WORDS[run.status]}
    </p>
  );
}
