// Lets the tests import packages from the cache: the tree itself holds no node_modules.
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const tree = new URL('.', import.meta.url).href
const cache = pathToFileURL(join(process.env.ARCHESTRA_CLIENTS_PACKAGES, 'package.json')).href

registerHooks({
  resolve(specifier, context, next) {
    const ours = context.parentURL?.startsWith(tree) && /^[@a-z]/.test(specifier) && !specifier.includes(':')
    return next(specifier, ours ? { ...context, parentURL: cache } : context)
  },
})
