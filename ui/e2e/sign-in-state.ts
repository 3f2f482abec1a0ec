import { mkdir } from 'node:fs/promises';
import { request } from '@playwright/test';
import { CREDENTIALS, SIGNED_IN, uiUrl } from './environment';

/** Signs in and keeps the cookie for all specs; again after a test that ended all other sessions. */
export async function saveSignedIn(credentials = CREDENTIALS): Promise<void> {
  const api = await request.newContext({ baseURL: uiUrl() });
  const answer = await api.post('/api/auth/sign-in/email', { data: credentials });
  if (!answer.ok()) throw new Error(`signing in failed: ${answer.status()} ${await answer.text()}`);
  await mkdir('test-results', { recursive: true });
  await api.storageState({ path: SIGNED_IN });
  await api.dispose();
}
