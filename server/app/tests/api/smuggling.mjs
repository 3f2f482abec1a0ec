// 200 requests whose end two programs could see in different places, as bytes. Each hides a second request, with an id of
// its own, where one of the readings would find it.
const CRLF = '\r\n';

// What is hidden.
export const hidden = (host, id) =>
  `GET /api/health HTTP/1.1${CRLF}Host: ${host}${CRLF}x-request-id: ${id}${CRLF}${CRLF}`;

const head = (host, lines, eol = CRLF) =>
  [`POST /api/teams HTTP/1.1`, `Host: ${host}`, 'Content-Type: application/json', ...lines, '', ''].join(eol);
const chunk = (text) => `${text.length.toString(16)}${CRLF}${text}${CRLF}`;
const json = '{"name":"a"}';

const encodings = [
  'Transfer-Encoding: chunked',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding:\tchunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: identity, chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: chunk',
  'Transfer-Encoding: "chunked"',
  'Transfer-Encoding: chunked;q=1',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding:\x0bchunked',
  'Transfer-Encoding: \x0cchunked',
  ' Transfer-Encoding: chunked',
  'X: X\nTransfer-Encoding: chunked',
  'X: X\rTransfer-Encoding: chunked',
  'Transfer-Encoding\r\n : chunked',
  'Transfer-Encoding:\r\n chunked',
  'Transfer-Encoding: CHUNKED',
  'Transfer-Encoding: chunked\x7f',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
  'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\x00',
  'Transfer\u00adEncoding: chunked',
];

// The front sees a length, the back sees chunks; and the other way round.
const bothHeaders = encodings.flatMap((encoding) => [
  (host, more) => head(host, [`Content-Length: ${5 + more.length}`, encoding]) + `0${CRLF}${CRLF}` + more,
  (host, more) => head(host, [encoding, `Content-Length: ${5 + more.length}`]) + `0${CRLF}${CRLF}` + more,
  (host, more) => head(host, ['Content-Length: 4', encoding]) + chunk(more) + `0${CRLF}${CRLF}`,
  (host, more) => head(host, [encoding, 'Content-Length: 4']) + chunk(more) + `0${CRLF}${CRLF}`,
]);

// None of them is a number that two programs read alike and that leaves the hidden request outside of the body.
const lengths = [
  '+12',
  '-1',
  '0x0c',
  '12, 13',
  '12,13',
  '12 13',
  '1e1',
  '12.0',
  '12abc',
  '-0x1',
  '12\x00',
  '99999999999999999999',
  '12_',
  '12\x0b',
  'twelve',
  '\xb9\xb2',
  '12;',
  '"12"',
  '0, 12',
  '12/1',
  '1,2',
  "12'",
  '%31%32',
];
const strangeLengths = lengths.flatMap((length) => [
  (host, more) => head(host, [`Content-Length: ${length}`]) + json + more,
  (host, more) => head(host, ['Content-Length: 0', `Content-Length: ${length}`]) + more,
]);

const extensions = [';a=b', ';a="\r\n"', ';\n', ';' + 'a'.repeat(20_000), ' ', '\t', ';a\x00', '\r', '\n'];
const sizes = ['5\r\nabc', '-5', '+5', '0x5', '5g', 'ffffffffffffffffff', '5 5', '00000000000000000005', '', ' 5'];
const strangeChunks = [
  ...extensions.map(
    (extension) => (host, more) =>
      head(host, ['Transfer-Encoding: chunked']) + `c${extension}${CRLF}${json}${CRLF}0${CRLF}${CRLF}` + more,
  ),
  ...sizes.map(
    (size) => (host, more) =>
      head(host, ['Transfer-Encoding: chunked']) + `${size}${CRLF}${json}${CRLF}0${CRLF}${CRLF}` + more,
  ),
  (host, more) => head(host, ['Transfer-Encoding: chunked']) + `c\n${json}\n0\n\n` + more,
  (host, more) => head(host, ['Transfer-Encoding: chunked']) + `c${CRLF}${json}XX0${CRLF}${CRLF}` + more,
  (host, more) =>
    head(host, ['Transfer-Encoding: chunked', 'Trailer: Content-Length']) +
    `c${CRLF}${json}${CRLF}0${CRLF}Content-Length: 0${CRLF}${CRLF}` +
    more,
  (host, more) =>
    head(host, ['Transfer-Encoding: chunked']) + `c${CRLF}${json}${CRLF}0${CRLF}Host: other${CRLF}${CRLF}` + more,
];

const lines = [
  (host, more) => head(host, [`Content-Length: ${json.length + more.length}`], '\n') + json + more,
  (host, more) => head(host, [`Content-Length: ${json.length + more.length}`], '\r') + json + more,
  (host, more) =>
    `POST /api/teams HTTP/1.1${CRLF}Host: ${host}${CRLF}Content-Length: 0${CRLF} folded: yes${CRLF}${CRLF}` + more,
  (host, more) => `POST /api/teams HTTP/1.1${CRLF}Host: ${host}${CRLF}Content-Length: ${CRLF} 0${CRLF}${CRLF}` + more,
  (host, more) =>
    `POST /api/teams HTTP/1.1${CRLF}Host: ${host}${CRLF}: no name${CRLF}Content-Length: 0${CRLF}${CRLF}` + more,
  (host, more) => `POST /api/teams HTTP/1.1${CRLF}Host : ${host}${CRLF}Content-Length: 0${CRLF}${CRLF}` + more,
  (host, more) =>
    `POST /api/teams HTTP/1.1${CRLF}Host: ${host}${CRLF}Host: other.example.com${CRLF}Content-Length: 999999${CRLF}${CRLF}` +
    more,
  (host, more) => `POST /api/teams HTTP/1.1${CRLF}Content-Length: 999999${CRLF}${CRLF}` + more,
  (host, more) =>
    `POST /api/teams?${more.split(CRLF).join('%0d%0a')} HTTP/1.1${CRLF}Host: ${host}${CRLF}Content-Length: 999${CRLF}${CRLF}`,
  (host, more) => head(host, [`X: a\nContent-Length: ${more.length}`]) + more,
  (host, more) => head(host, [`X: a\rContent-Length: ${more.length}`, 'Content-Length: 999']) + more,
  (host, more) => head(host, [`X: a\x00b`, `Content-Length: ${more.length}`]) + more,
  (host, more) => head(host, [`X\x00: a`, `Content-Length: ${more.length}`]) + more,
  (host, more) => head(host, [`(X): a`, `Content-Length: ${more.length}`]) + more,
  (host, more) =>
    `POST /api/teams HTTP/1.1${CRLF}Host: ${host}${CRLF}X: a\r\n\tb${CRLF}Content-Length: ${more.length}${CRLF}${CRLF}` +
    more,
  (host, more) =>
    `POST /api/teams HTTP/1.1${CRLF}Host: ${host}${CRLF}X: ${'a'.repeat(900_000)}${CRLF}Content-Length: 0${CRLF}${CRLF}` +
    more,
  (host, more) =>
    `POST /${'a'.repeat(900_000)} HTTP/1.1${CRLF}Host: ${host}${CRLF}Content-Length: 0${CRLF}${CRLF}` + more,
  (host, more) =>
    `POST /api/teams HTTP/1.1${CRLF}Host: ${host}${CRLF}${'X: a\r\n'.repeat(5_000)}Content-Length: 0${CRLF}${CRLF}` +
    more,
  (host, more) =>
    `POST /api/teams HTTP/1.0${CRLF}Host: ${host}${CRLF}Transfer-Encoding: chunked${CRLF}${CRLF}0${CRLF}${CRLF}` + more,
  (host, more) => `POST /api/teams HTTP/9.9${CRLF}Host: ${host}${CRLF}Content-Length: 0${CRLF}${CRLF}` + more,
  (host, more) => `POST /api/teams${CRLF}${CRLF}` + more,
  (host, more) =>
    `POST  /api/teams  HTTP/1.1${CRLF}Host: ${host}${CRLF}Content-Length: ${more.length}${CRLF}${CRLF}` + more,
  (host, more) =>
    `POST\t/api/teams\tHTTP/1.1${CRLF}Host: ${host}${CRLF}Content-Length: ${more.length}${CRLF}${CRLF}` + more,
  (host, more) =>
    `POST /api/teams HTTP/1.1${CRLF}Host: ${host}${CRLF}Expect: 100-continue${CRLF}Content-Length: ${more.length}${CRLF}${CRLF}` +
    more,
  (host, more) =>
    `POST /api/teams HTTP/1.1${CRLF}Host: ${host}${CRLF}Upgrade: h2c${CRLF}Connection: Upgrade, HTTP2-Settings${CRLF}Content-Length: ${more.length}${CRLF}${CRLF}` +
    more,
  (host, more) =>
    `GET /api/health HTTP/1.1${CRLF}Host: ${host}${CRLF}Content-Length: ${more.length}${CRLF}${CRLF}` + more,
  (host, more) =>
    `HEAD /api/health HTTP/1.1${CRLF}Host: ${host}${CRLF}Content-Length: ${more.length}${CRLF}${CRLF}` + more,
  (host, more) =>
    `DELETE /api/teams/x HTTP/1.1${CRLF}Host: ${host}${CRLF}Content-Length: ${more.length}${CRLF}${CRLF}` + more,
  (host, more) =>
    `GET http://other.example.com/ HTTP/1.1${CRLF}Host: ${host}${CRLF}Content-Length: ${more.length}${CRLF}${CRLF}` +
    more,
  (host, more) =>
    `TRACE /api/health HTTP/1.1${CRLF}Host: ${host}${CRLF}Content-Length: ${more.length}${CRLF}${CRLF}` + more,
  (host, more) => `OPTIONS * HTTP/1.1${CRLF}Host: ${host}${CRLF}Content-Length: ${more.length}${CRLF}${CRLF}` + more,
];

export const inputs = [...bothHeaders, ...strangeLengths, ...strangeChunks, ...lines];
