import { createHmac, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Keyring } from './sealing.js';

/**
 * Texts that go out into the world and come back, and must then be ours as they were: signed (HMAC-SHA256) with a key that
 * is derived from the first of CREDENTIAL_KEYS. All of them verify, so that what was signed before they changed goes on.
 */
@Injectable()
export class SignedTexts {
  /** Derived once, by purpose and key. */
  private readonly derived = new Map<string, Buffer>();

  constructor(private readonly keyring: Keyring) {}

  /** Characters of a URL's path. `purpose` says what it is for; it verifies for this purpose alone. Anybody can read it. */
  sign(purpose: string, text: string): string {
    const { firstId, first } = this.keyring;
    const payload = Buffer.from(text).toString('base64url');
    return `${payload}.${this.macOf(purpose, firstId, first, payload)}.${firstId}`;
  }

  /** The text; undefined where it is not one that was signed for this purpose, or its key is gone. */
  verify(purpose: string, signed: string): string | undefined {
    const [payload = '', mac = '', ...keyId] = signed.split('.');
    const id = keyId.join('.');
    const key = this.keyring.key(id);
    if (!key) return undefined;
    const [given, right] = [Buffer.from(mac), Buffer.from(this.macOf(purpose, id, key, payload))];
    if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
    return Buffer.from(payload, 'base64url').toString('utf8');
  }

  private macOf(purpose: string, keyId: string, key: KeyObject, payload: string): string {
    const name = `${keyId} ${purpose}`;
    let secret = this.derived.get(name);
    if (!secret) {
      secret = Buffer.from(hkdfSync('sha256', key.export(), '', `signed text: ${purpose}`, 32));
      this.derived.set(name, secret);
    }
    return createHmac('sha256', secret).update(payload).digest('base64url');
  }
}
