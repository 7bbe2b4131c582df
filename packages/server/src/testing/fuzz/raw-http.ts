import { connect } from 'node:net';

import fc from 'fast-check';

const line = fc.constantFrom(
  'GET / HTTP/1.1',
  'GET /services/api/v1/exports/ HTTP/1.1',
  'GET http://evil.example/services/api/v1/exports/ HTTP/1.1',
  'GET //evil.example/ HTTP/1.1',
  'POST /services/api/v1/exports/validate/ HTTP/1.1',
  'DELETE /services/api/v1/exports/1/ HTTP/1.0',
  'OPTIONS * HTTP/1.1',
  'CONNECT a:1 HTTP/1.1',
  'TRACE / HTTP/1.1',
  'GET /%00%0d%0a HTTP/1.1',
  'GET /services/page/layers/1/preview?bbox=%zz HTTP/1.1',
  'get / http/1.1',
  'GET / HTTP/9.9',
  'PRI * HTTP/2.0',
);
const plainHeader = fc.constantFrom(
  'Accept: */*',
  'Connection: close',
  'Range: bytes=0-',
  'Authorization: key x',
  'X: y',
);
const oddHeader = fc.oneof(
  fc.constantFrom(
    'Host: localhost',
    'Host: a b',
    'Host: [::1',
    'Host: localhost:99999',
    'Host:',
    'Host: \u00e9',
    'Content-Length: 2',
    'Content-Length: 99',
    'Content-Length: -1',
    'Content-Length: 2, 2',
    'Content-Length: 0x2',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding : chunked',
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding: gzip, chunked',
    'Connection: close',
    'Connection: keep-alive, Upgrade',
    'Upgrade: websocket',
    'Upgrade: h2c',
    'Expect: 100-continue',
    'Expect: x',
    ' folded: 1',
    '\tfolded',
    ': no name',
    'No colon',
    'A\0B: c',
    'X: \u001b[2J',
    `X: ${'y'.repeat(20_000)}`,
    'Range: bytes=0-',
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 30 }),
);
const header = fc.oneof({ weight: 4, arbitrary: plainHeader }, { weight: 1, arbitrary: oddHeader });
/** A header that says how long the body is, and a body of which it may be true. */
const framing = fc.constantFrom<readonly [header: string, body: string]>(
  ...Array<readonly [string, string]>(8).fill(['Accept-Language: en', '']),
  ['Content-Length: 2', '{}'],
  ['Transfer-Encoding: chunked', '2\r\n{}\r\n0\r\n\r\n'],
  ['Transfer-Encoding: chunked', 'ffffffffffffffff\r\nx'],
  ['Transfer-Encoding: chunked', '-1\r\n'],
  ['Content-Length: 5', '0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['Accept-Language: en', '{}'],
);
const ending = fc.oneof(
  { weight: 9, arbitrary: fc.constant('\r\n') },
  { weight: 1, arbitrary: fc.constantFrom('\n', '\r', '\r\n\r\n', '') },
);

const almostHttp = fc
  .tuple(line, fc.array(header, { maxLength: 2 }), framing, ending)
  .map(([first, headers, [length, body], end]) =>
    [first, 'Host: localhost', length, ...headers, '', body].join(end),
  );

const change = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 3 });

/** Bytes that are HTTP, nearly HTTP or no HTTP at all; often with some of them changed, and sometimes more than once. */
export const rawRequest: fc.Arbitrary<Buffer> = fc
  .tuple(
    fc.oneof(
      { weight: 9, arbitrary: almostHttp },
      { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii' }) },
    ),
    fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: change }),
    fc.constantFrom(1, 1, 1, 3),
    fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat() }),
  )
  .map(([text, changes, times, cut]) => {
    const bytes = Buffer.from(text.repeat(times), 'latin1');
    for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
    return cut === null ? bytes : bytes.subarray(0, cut % (bytes.length + 1));
  });

/** How long a connection may stay: past every limit that the test sets. */
const deadlineMs = 20_000;

/**
 * Sends bytes, says that no more will come, and reads whatever is answered until the connection ends.
 *
 * @throws Error where it does not end.
 */
export function exchange(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`the connection did not end in ${deadlineMs} ms`));
    }, deadlineMs);
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    // A connection that is cut is an answer too.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
    socket.end(bytes);
  });
}
