// The secrets a run hands out, and the search for them in anything that can be read as text.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { zstdDecompressSync } from 'node:zlib'

// The random tail is what is searched for: a masked beginning, as in a list of keys, is no leak.
const canaries = new Map()
const zstdMagic = '28b52ffd'

export function canary(door, prefix = '') {
  const tail = randomBytes(16).toString('hex')
  canaries.set(tail, door)
  return prefix + tail
}

export function watch(door, secret) {
  for (const part of secret.split(/[.=;%]/).filter((part) => part.length >= 20)) canaries.set(part.slice(-20), door)
  return secret
}

// A file as text, with every compressed body in it unpacked.
export function unpacked(bytes) {
  const texts = [bytes.toString('latin1')]
  for (let at = bytes.indexOf(zstdMagic, 0, 'hex'); at >= 0; at = bytes.indexOf(zstdMagic, at + 1, 'hex'))
    texts.push(zstdDecompressSync(bytes.subarray(at)).toString('latin1'))
  return texts.join('\n')
}

export function readable(value) {
  if (!Buffer.isBuffer(value)) return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  const packed = value.subarray(0, 4).toString('hex') === zstdMagic
  return (packed ? zstdDecompressSync(value) : value).toString('latin1')
}

// A file or a process may go while it is looked at.
export function* lazily(names, read) {
  for (const name of names) {
    try {
      yield [name, read(name)]
    } catch (error) {
      if (!['ENOENT', 'ESRCH'].includes(error.code)) throw error
    }
  }
}

export function nothingIn(texts) {
  const found = []
  for (const [where, text] of texts) {
    for (const [secret, door] of canaries) {
      for (const shape of [secret, Buffer.from(secret).toString('base64').slice(0, 20)]) {
        const at = text.indexOf(shape)
        if (at >= 0) found.push(`${door} in ${where}: …${text.slice(Math.max(0, at - 80), at + 12)}…`)
      }
    }
  }
  assert.deepEqual(found.slice(0, 20), [], `${found.length} leaks`)
}
