import { expect, it } from 'vitest';
import { stepDetail } from '@/features/identity-providers/step-detail';

it.each([
  ['discovery', 'http://idp.example describes http://idp.example.', 'http://idp.example describes http://idp.example.'],
  ['claim sub', 'ann', 'ann'],
  ['claim name', 'ann of works', 'ann of works'],
  ['person', 'ann is ann@example.com.', 'ann is ann@example.com.'],
  ['role', 'editor (rule 1).', 'editor (rule 1).'],
  ['answer', 'the browser came back with a code.', 'The browser came back with a code.'],
])('of %s keeps what is theirs and begins as a sentence where it is ours', (name, detail, shown) => {
  expect(stepDetail({ name, detail })).toBe(shown);
});
