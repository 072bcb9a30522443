import { Injectable } from '@nestjs/common';
import { decrypt, encrypt, Keyring } from './sealing.js';

/**
 * Texts that a tenant's row must hold and nobody must read there, under the same keys as credentials. For what is kept
 * for hours: they are not re-encrypted when the keys change.
 */
@Injectable()
export class SealedTexts {
  constructor(private readonly keyring: Keyring) {}

  /** ASCII, without quotes. `purpose` says what it is for; it opens for this tenant and purpose alone. */
  seal(tenantId: string, purpose: string, text: string): string {
    const { encryptionKeyId, nonce, ciphertext, tag } = encrypt(this.keyring, placeOf(tenantId, purpose), text);
    const parts = [nonce, ciphertext, tag].map((bytes) => Buffer.from(bytes).toString('base64url'));
    return [...parts, encryptionKeyId].join('.');
  }

  /** Undefined where its key is gone, or it was sealed for something else. */
  open(tenantId: string, purpose: string, sealed: string): string | undefined {
    const [nonce = '', ciphertext = '', tag = '', ...keyId] = sealed.split('.');
    const key = this.keyring.key(keyId.join('.'));
    if (!key) return undefined;
    const bytes = (part: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(part, 'base64url'));
    try {
      return decrypt(key, placeOf(tenantId, purpose), {
        nonce: bytes(nonce),
        ciphertext: bytes(ciphertext),
        tag: bytes(tag),
      });
    } catch {
      return undefined;
    }
  }
}

const placeOf = (tenantId: string, purpose: string): Buffer => Buffer.from(JSON.stringify(['text', tenantId, purpose]));
