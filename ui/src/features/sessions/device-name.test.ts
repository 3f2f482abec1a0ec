import { describe, expect, it } from 'vitest';
import { deviceName } from '@/features/sessions/device-name';

describe('the name of a device', () => {
  it.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
      'Chrome on Linux',
    ],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on macOS'],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0',
      'Edge on Windows',
    ],
    ['curl/8.5.0', 'curl'],
    ['my-script', 'my-script'],
    ['', 'Unknown client'],
    [null, 'Unknown client'],
  ])('reads %s as %s', (agent, name) => {
    expect(deviceName(agent)).toBe(name);
  });
});
