import { Problems } from './problems.js';

export const KOCHAVA_QR_FORMATS = ['png', 'jpg', 'svg'] as const;
export type KochavaQrFormat = (typeof KOCHAVA_QR_FORMATS)[number];

export interface KochavaQrRequest {
  /** Default png. */
  format?: KochavaQrFormat;
  /** 0, the default: as small as can be; below 0: a multiplier, to -50; above: pixels, to 2048. svg knows multipliers only. */
  size?: number;
}

export interface KochavaQrCode {
  /** What came, whatever was asked for. */
  format: KochavaQrFormat;
  contentType: 'image/png' | 'image/jpeg' | 'image/svg+xml';
  bytes: Buffer;
}

const CONTENT_TYPES = { png: 'image/png', jpg: 'image/jpeg', svg: 'image/svg+xml' } as const;

/** Throws InvalidLinksRequest. */
export function qrQuery({ format = 'png', size = 0 }: KochavaQrRequest): [string, string][] {
  const problems = new Problems();
  problems.oneOf('format', format, KOCHAVA_QR_FORMATS);
  const inRange = Number.isInteger(size) && size >= -50 && size <= 2048;
  problems.say('size', !inRange && 'Give 0, a multiplier from -1 to -50, or 1 to 2048 pixels.');
  problems.refuse();
  return [
    ['format', format.toLowerCase()],
    ['size', String(size)],
  ];
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const JPEG = Buffer.from([0xff, 0xd8, 0xff]);
const SVG = /^\uFEFF?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)?(?:<!DOCTYPE[^>[]*>\s*)?<svg[\s>]/i;
/** What makes an image a program in the browser of whoever opens it. */
const ACTIVE = /<script|<foreignObject|<!ENTITY|\son\w+\s*=|javascript:/i;

/** The image by its own bytes: the type that Kochava names is documented nowhere. Undefined: it is none. */
export function readQr(body: Buffer): KochavaQrCode | undefined {
  const image = (format: KochavaQrFormat): KochavaQrCode => ({
    format,
    contentType: CONTENT_TYPES[format],
    bytes: body,
  });
  if (body.subarray(0, PNG.length).equals(PNG)) return image('png');
  if (body.subarray(0, JPEG.length).equals(JPEG)) return image('jpg');
  const text = body.toString('utf8');
  return SVG.test(text) && !ACTIVE.test(text) ? image('svg') : undefined;
}
