// As much of a browser as a sign-in needs: cookies by origin, redirects one at a time, forms.
import assert from 'node:assert/strict'

export class Browser {
  jar = new Map()

  async fetch(url, { method = 'GET', json, form, crossSite = false } = {}) {
    const { origin } = new URL(url)
    const cookies = this.jar.get(origin) ?? new Map()
    const headers = {}
    // A cross-site POST carries no cookies that are SameSite=Lax; a cross-site navigation by GET does.
    if (cookies.size && !(crossSite && method === 'POST')) headers.cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    if (method !== 'GET') headers.origin = crossSite ? 'https://idp.example.com' : origin
    let body
    if (json) [headers['content-type'], body] = ['application/json', JSON.stringify(json)]
    if (form) [headers['content-type'], body] = ['application/x-www-form-urlencoded', new URLSearchParams(form).toString()]
    const response = await fetch(url, { method, headers, body, redirect: 'manual' })
    for (const cookie of response.headers.getSetCookie()) {
      const [pair, ...attributes] = cookie.split('; ')
      const at = pair.indexOf('=')
      const gone = attributes.some((attribute) => attribute === 'Max-Age=0' || /^expires=Thu, 01 Jan 1970/i.test(attribute))
      if (gone) cookies.delete(pair.slice(0, at))
      else cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    this.jar.set(origin, cookies)
    return response
  }

  // Follows redirects until one leads to where `stop` says, or nowhere.
  async follow(url, stop = () => false) {
    for (let hops = 0; hops < 20; hops++) {
      if (stop(new URL(url))) return new URL(url)
      const response = await this.fetch(url)
      const location = response.headers.get('location')
      if (!location) return Object.assign(new URL(url), { response })
      url = new URL(location, url).href
    }
    assert.fail('too many redirects')
  }

  async api(base, method, path, json, status = 200) {
    const response = await this.fetch(base + path, { method, json })
    const text = await response.text()
    assert.equal(response.status, status, `${method} ${path}: ${response.status} ${text}`)
    return text ? JSON.parse(text) : null
  }
}
