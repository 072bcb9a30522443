import { request as httpRequest } from 'node:http';

export interface ClientAnswer {
  status: number;
  /** The whole header, or undefined. */
  type: string | undefined;
  headers: Record<string, string | string[] | undefined>;
  /** With its byte order mark. */
  text: string;
  bytes: Buffer;
}

type Headers = Record<string, string | string[]>;

/** A GET as a vendor's client sends it: path and query exactly as they stand, headers as they are given. */
export const clientGet = (base: string, path: string, headers: Headers = {}): Promise<ClientAnswer> =>
  clientSend(base, 'GET', path, undefined, headers);

/** As `clientGet`, with a method and a body, which gets no content type of its own. */
export function clientSend(
  base: string,
  method: string,
  path: string,
  body?: string,
  headers: Headers = {},
): Promise<ClientAnswer> {
  const { hostname, port } = new URL(base);
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const options = { hostname, port, method, path, headers: { ...length, ...headers }, agent: false };
    const request = httpRequest(options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          type: answer.headers['content-type'],
          headers: answer.headers,
          text: Buffer.concat(chunks).toString('utf8'),
          bytes: Buffer.concat(chunks),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** What a client can tell of an answer. */
export const seen = ({ status, type, text }: ClientAnswer) => ({ status, type, text });
