// 200 texts that run in a page that writes them as markup: what begins a script, times where it would be written.
const scripts = [
  '<script>window.__xss=1</script>',
  '<img src=x onerror=window.__xss=1>',
  '<svg onload=window.__xss=1>',
  '<svg><script>window.__xss=1</script></svg>',
  '<body onload=window.__xss=1>',
  '<iframe src="javascript:parent.__xss=1"></iframe>',
  '<a href="javascript:window.__xss=1">a link</a>',
  '<details open ontoggle=window.__xss=1>',
  '<video><source onerror="window.__xss=1"></video>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=window.__xss=1>',
  '<object data="data:text/html,<script>window.__xss=1</script>"></object>',
  '<input autofocus onfocus=window.__xss=1>',
  '<marquee onstart=window.__xss=1>',
  '<style>@import "javascript:window.__xss=1";</style>',
  '<base href="https://evil.example/">',
  '<meta http-equiv="refresh" content="0;url=javascript:window.__xss=1">',
  '<template><script>window.__xss=1</script></template>',
  '<ScRiPt>window.__xss=1</sCrIpT>',
  '[a link](javascript:window.__xss=1)',
  '{{constructor.constructor("window.__xss=1")()}}',
];
const places = [
  (script) => script,
  (script) => `">${script}`,
  (script) => `'>${script}`,
  (script) => `</title>${script}`,
  (script) => `</textarea>${script}`,
  (script) => `--><!-- -->${script}`,
  (script) => `</script>${script}`,
  (script) => `]]>${script}`,
  (script) => `\`\${${script}}\``,
  (script) => `\u2028${script}\u0000`.replace('\u0000', ''),
];

export const inputs = places.flatMap((place) => scripts.map(place));
