// Gemini as FakeProvider speaks it: ai.google.dev/api (generateContent, countTokens, embeddings, models, google.rpc errors), on /v1 and /v1beta.
import { identifier, sse } from './frames.mjs'

const statuses = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
}
// 40 of the 90 prompt tokens were cached; thoughts (12) are billed as output and not part of candidates (18).
const usageMetadata = {
  promptTokenCount: 90,
  cachedContentTokenCount: 40,
  candidatesTokenCount: 18,
  thoughtsTokenCount: 12,
  totalTokenCount: 120,
  promptTokensDetails: [{ modality: 'TEXT', tokenCount: 90 }],
}
const text = 'FakeProvider answers.'

export const gemini = {
  headers: () => ({ 'server-timing': 'gfet4t7; dur=7', 'x-goog-request-id': identifier('') }),
  credential: ({ request, query }) => request.headers['x-goog-api-key'] || query.get('key') || request.headers.authorization?.startsWith('Bearer '),
  error: (status, message) => ({ error: { code: status, message, status: statuses[status] ?? 'UNKNOWN' } }),
  async answer(call) {
    if (/^\/v1(beta)?\/models$/.test(call.path))
      return call.reply({
        models: [
          {
            name: 'models/gemini-3.8-flash',
            version: '001',
            displayName: 'Gemini 3.8 Flash',
            inputTokenLimit: 1048576,
            outputTokenLimit: 65536,
            supportedGenerationMethods: ['generateContent', 'countTokens'],
          },
        ],
      })
    const method = /^\/v1(?:beta)?\/models\/[^/:]+:(\w+)$/.exec(call.path)?.[1]
    if (method === 'generateContent') return generate(call)
    if (method === 'streamGenerateContent') return generateStream(call)
    if (method === 'countTokens') return call.reply({ totalTokens: 1234, promptTokensDetails: [{ modality: 'TEXT', tokenCount: 1234 }] })
    if (method === 'batchEmbedContents') return call.reply({ embeddings: call.json.requests.map(() => ({ values: [0.25, -0.5, 0.125] })) })
    return call.notFound()
  },
}

function parts({ json }) {
  const last = json.contents.at(-1).parts
  if (json.tools && !last.some((part) => part.functionResponse)) {
    const cities = JSON.stringify(last).includes('Rome') ? ['Paris', 'Rome'] : ['Paris']
    return cities.map((city, index) => ({
      functionCall: { id: `call_${city.toLowerCase()}`, name: 'get_weather', args: { city } },
      ...(index === 0 && { thoughtSignature: 'CpcBZmFrZS10aG91Z2h0' }),
    }))
  }
  return [{ text }]
}

function answer(call, parts, rest = { finishReason: 'STOP' }) {
  const modelVersion = /models\/([^/:]+):/.exec(call.path)[1]
  return { candidates: [{ content: { role: 'model', parts }, index: 0, ...rest }], usageMetadata, modelVersion, responseId: 'fake-response' }
}

function generate(call) {
  return call.reply(answer(call, parts(call)))
}

function generateStream(call) {
  // Without alt=sse the real service streams one JSON array; every known client asks for SSE.
  if (call.query.get('alt') !== 'sse') return call.reply([answer(call, parts(call))])
  return call.stream({
    frames: [sse(answer(call, [{ text: 'A short thought.', thought: true }], {})), sse(answer(call, parts(call)))],
    filler: (index) => sse(answer(call, [{ text: `word${index} ` }], {})),
    errorFrame: sse({ error: { code: 503, message: 'FakeProvider broke in mid-stream', status: 'UNAVAILABLE' } }),
  })
}
