import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Recognisable to people and to scanners for leaked secrets. */
const MARK = 'mmp_';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^43 is the first power above 2^256. */
const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const SHOWN_LENGTH = 12;
const KEY = `${MARK}[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}`;
const SHAPE = new RegExp(`^${KEY}$`);
const ANYWHERE = new RegExp(KEY);

/** A new key: `mmp_`, 256 random bits and their checksum, 53 characters in all. */
export function newApiKey(): string {
  const random = base62(BigInt(`0x${randomBytes(32).toString('hex')}`), RANDOM_LENGTH);
  return MARK + random + checksum(random);
}

/** Has it the shape and the checksum of a key? A typo, or another product's key, needs no look-up. */
export function isApiKey(text: unknown): text is string {
  if (typeof text !== 'string' || !SHAPE.test(text)) return false;
  return checksum(text.slice(MARK.length, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH);
}

/** Does anything in it look like a key? For texts that are about to leave. */
export const holdsApiKey = (text: string): boolean => ANYWHERE.test(text);

/** The part of a key that lists may show. */
export const apiKeyPrefix = (key: string): string => key.slice(0, SHOWN_LENGTH);

/** What is kept of a key. 256 random bits need no slow hash: nobody can try them all. */
export const hashApiKey = (key: string): Buffer => createHash('sha256').update(key).digest();

const checksum = (random: string): string => base62(BigInt(crc32(random)), CHECKSUM_LENGTH);

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest /= 62n) text = BASE62.charAt(Number(rest % 62n)) + text;
  return text;
}
