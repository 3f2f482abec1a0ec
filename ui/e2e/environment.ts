export const CREDENTIALS = {
  email: process.env['ARCHESTRA_E2E_EMAIL'] ?? 'admin@localhost.ai',
  password: process.env['ARCHESTRA_E2E_PASSWORD'] ?? 'password',
};

/** Where the signed-in browser state is kept between specs. */
export const SIGNED_IN = 'test-results/signed-in.json';

export function uiUrl(): string {
  const url = process.env['ARCHESTRA_E2E_URL'];
  if (url === undefined) throw new Error('ARCHESTRA_E2E_URL is not set');
  return url;
}

export function apiUrl(): string {
  return process.env['ARCHESTRA_E2E_API_URL'] ?? uiUrl();
}
