// Every place of the described API where a text of a caller goes: variable parts of paths, queries, and fields of bodies.

// What would end the suite's own credential, or put the whole system back.
const apart = [/\/restore$/, /change-password$/, /sign-out$/, /revoke/, /two-factor/, /^\/api\/chat$/];

export function targets(document) {
  const found = [];
  for (const [path, item] of Object.entries(document.paths)) {
    if (apart.some((pattern) => pattern.test(path))) continue;
    for (const [method, operation] of Object.entries(item)) {
      const streams = JSON.stringify(operation.responses['200'] ?? {}).includes('event-stream');
      if (streams) continue;
      const base = { method: method.toUpperCase(), path, operation };
      for (const parameter of operation.parameters ?? []) {
        if (parameter.in === 'path' || (parameter.in === 'query' && isText(parameter.schema)))
          found.push({ ...base, in: parameter.in, name: parameter.name });
      }
      const body = operation.requestBody?.content?.['application/json'];
      if (body)
        for (const name of texts(document, body.schema)) found.push({ ...base, in: 'body', name, body: body.example });
    }
  }
  return found;
}

// The request that carries a text in such a place.
export function request(target, text) {
  const id = '0198f3c4-7a1e-7c55-9b1d-3f0a5d2c8e41';
  let path = target.path.replaceAll(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(target.in === 'path' && name === target.name ? text : id),
  );
  if (target.in === 'query') path += `?${new URLSearchParams({ [target.name]: text })}`;
  const example = target.body && typeof target.body === 'object' ? target.body : {};
  const body = target.operation.requestBody?.content?.['application/json']
    ? { ...example, ...(target.in === 'body' && { [target.name]: text }) }
    : undefined;
  return { method: target.method, path, body };
}

function isText(schema) {
  return [schema?.type].flat().includes('string');
}

function texts(document, schema) {
  if (schema.$ref) return texts(document, document.components.schemas[schema.$ref.split('/').at(-1)]);
  const own = Object.entries(schema.properties ?? {})
    .filter(([, field]) => isText(field))
    .map(([name]) => name);
  return [...new Set([...own, ...(schema.allOf ?? []).flatMap((part) => texts(document, part))])];
}
