import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { stampUtc } from './counts.js';
import type { Report, ReportStore } from './reports.js';

/** "KR{D|S}{token}_{n}_{guid}.{traffic}_{from}-{to}-TZ_{zone}.csv", under a path of its own. */
const FILES_PATH = '/kochava-reports';
const ACCESS_KEY = 'AKIAJ4JWD2ONNEYVOG4A';
const SIGNING_KEY = 'opens nothing but this stand-in';

export interface LinkOptions {
  reports: ReportStore;
  now: () => number;
  /** How long a link works; then progress gives another. */
  linkSeconds: number;
  /** Larger files are compressed; Kochava's bound is 5 GB. */
  compressAbove: number;
}

const signatureOf = (path: string, expires: number): string =>
  createHmac('sha1', SIGNING_KEY).update(`${path}\n${expires}`).digest('base64');

const minute = (seconds: number): string =>
  stampUtc(seconds * 1000)
    .replace(/\D/g, '')
    .slice(0, 12);

export function fileNameOf(report: Report, compressed: boolean): string {
  const { kind, body, window } = report;
  const format = body.text('delivery_format')?.toLowerCase() === 'json' ? 'json' : 'csv';
  const letter = kind === 'summary' ? 'S' : 'D';
  const stretch = window ? `_${minute(window.start)}-${minute(window.end)}` : '';
  const zone = (body.text('time_zone') ?? 'UTC').replaceAll('/', '-');
  const what = body.list('traffic').join('-') || kind;
  const name = `KR${letter}${report.token}_${report.number}_${report.app.guid}.${what}${stretch}-TZ_${zone}.${format}`;
  return compressed ? `${name}.gz` : name;
}

/** When the link that works now was made: when the report was, or each time that one has expired since. */
export function linkMadeAt(completedAt: number, now: number, linkSeconds: number): number {
  const life = linkSeconds * 1000;
  return completedAt + Math.max(0, Math.floor((now - completedAt) / life)) * life;
}

/** A link that needs no key; `origin` is where this stand-in was reached. */
export function linkTo(report: Report, origin: string, madeAt: number, options: LinkOptions): string {
  const compressed = options.reports.fileOf(report).length > options.compressAbove;
  const path = `${FILES_PATH}/${fileNameOf(report, compressed)}`;
  const expires = Math.ceil(madeAt / 1000) + options.linkSeconds;
  const signature = encodeURIComponent(signatureOf(path, expires));
  return `${origin}${path}?AWSAccessKeyId=${ACCESS_KEY}&Expires=${expires}&Signature=${signature}`;
}

const s3Error = (reply: FastifyReply, status: number, code: string, message: string) =>
  reply
    .code(status)
    .type('application/xml')
    .send(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`);

/** Serves the files as S3 does: signed links, ranges, entity tags. */
export function serveFiles(server: FastifyInstance, options: LinkOptions): void {
  server.get(
    `${FILES_PATH}/:name`,
    async (request: FastifyRequest<{ Params: { name: string }; Querystring: Record<string, string> }>, reply) => {
      const { name } = request.params;
      const expires = Number(request.query['Expires']);
      if (request.query['Signature'] !== signatureOf(`${FILES_PATH}/${name}`, expires)) {
        return s3Error(reply, 403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match.');
      }
      if (options.now() >= expires * 1000) return s3Error(reply, 403, 'AccessDenied', 'Request has expired');
      const report = options.reports.byToken(/^KR[SD](-?\d+)_/.exec(name)?.[1] ?? '');
      if (!report) return s3Error(reply, 404, 'NoSuchKey', 'The specified key does not exist.');
      const plain = options.reports.fileOf(report);
      const compressed = name.endsWith('.gz');
      const file = compressed ? gzipSync(plain) : plain;
      reply
        .header('accept-ranges', 'bytes')
        .header('etag', `"${report.token}"`)
        .header('content-type', compressed ? 'application/gzip' : 'binary/octet-stream');
      const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
      if (!range) return reply.send(file);
      const [from, to] = [Number(range[1]), Math.min(Number(range[2] || file.length - 1), file.length - 1)];
      if (from > to) {
        reply.header('content-range', `bytes */${file.length}`);
        return s3Error(reply, 416, 'InvalidRange', 'The requested range is not satisfiable');
      }
      reply.code(206).header('content-range', `bytes ${from}-${to}/${file.length}`);
      return reply.send(file.subarray(from, to + 1));
    },
  );
}
