import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { GatewayError, type Provider } from '#libs/domain';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The keys that credentials are encrypted under: the first encrypts, all decrypt. Key material never shows when logged. */
export class Keyring {
  constructor(
    readonly firstId: string,
    private readonly keys: ReadonlyMap<string, KeyObject>,
  ) {}

  get first(): KeyObject {
    return this.keys.get(this.firstId)!;
  }

  key(id: string): KeyObject | undefined {
    return this.keys.get(id);
  }
}

/**
 * Reads CREDENTIAL_KEYS: `id:base64 of 32 bytes`, comma separated. Throws an Error of one sentence that names the
 * variable and the place, never the value.
 */
export function parseKeyring(text: string): Keyring {
  const keys = new Map<string, KeyObject>();
  for (const [index, entry] of text.split(',').entries()) {
    const [, id, base64] = /^([A-Za-z0-9._-]{1,64}):(.*)$/s.exec(entry.trim()) ?? [];
    const bytes = base64 === undefined ? undefined : decodeBase64(base64);
    if (id === undefined || bytes?.length !== 32) {
      throw new Error(
        `CREDENTIAL_KEYS must be "id:base64 of 32 bytes", comma separated: entry ${index + 1} is not ` +
          '(make one with: echo "k1:$(openssl rand -base64 32)").',
      );
    }
    if (keys.has(id)) throw new Error(`CREDENTIAL_KEYS must name each key once: the id ${id} stands there twice.`);
    keys.set(id, createSecretKey(bytes));
  }
  return new Keyring([...keys.keys()][0]!, keys);
}

/** Node skips what is not base64; a key that lost a character must not become another key. */
function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '') ? bytes : undefined;
}

/** Where a sealed secret belongs. It is authenticated with it: a row copied elsewhere does not open. */
export interface SealedPlace {
  tenantId: string;
  provider: Provider;
  version: number;
}

export interface Sealed {
  encryptionKeyId: string;
  nonce: Uint8Array<ArrayBuffer>;
  ciphertext: Uint8Array<ArrayBuffer>;
  tag: Uint8Array<ArrayBuffer>;
}

/** Encrypts under the keyring's first key. */
export const seal = (keyring: Keyring, place: SealedPlace, plain: string): Sealed =>
  encrypt(keyring, additionalData(place), plain);

/** As `seal`, bound to any `place` that `decrypt` is then told again. */
export function encrypt(keyring: Keyring, place: Buffer, plain: string): Sealed {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyring.first, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(place);
  const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return { encryptionKeyId: keyring.firstId, nonce, ciphertext, tag: cipher.getAuthTag() } as Sealed;
}

/** The secret; INTERNAL, in words for the operator, when the key is gone or the row is not what was sealed for this place. */
export function unseal(keyring: Keyring, place: SealedPlace, sealed: Sealed): string {
  const key = keyring.key(sealed.encryptionKeyId);
  const row = `The ${place.provider} credential of this tenant`;
  if (!key) {
    throw new GatewayError(
      'INTERNAL',
      `${row} is encrypted under the key ${JSON.stringify(sealed.encryptionKeyId)}, which CREDENTIAL_KEYS lacks. ` +
        'The operator can add that key again, or set the credential anew.',
    );
  }
  try {
    return decrypt(key, additionalData(place), sealed);
  } catch (cause) {
    throw new GatewayError(
      'INTERNAL',
      `${row} does not decrypt: its row was altered or copied, or the key ` +
        `${JSON.stringify(sealed.encryptionKeyId)} of CREDENTIAL_KEYS is another one than sealed it. ` +
        'The operator can set the credential anew.',
      { cause },
    );
  }
}

/** Throws where the key or the place is another than it was sealed with. */
export function decrypt(key: KeyObject, place: Buffer, sealed: Omit<Sealed, 'encryptionKeyId'>): string {
  const decipher = createDecipheriv(CIPHER, key, sealed.nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(place);
  decipher.setAuthTag(sealed.tag);
  return Buffer.concat([decipher.update(sealed.ciphertext), decipher.final()]).toString('utf8');
}

const additionalData = ({ tenantId, provider, version }: SealedPlace): Buffer =>
  Buffer.from(JSON.stringify(['credential', tenantId, provider, version]));
