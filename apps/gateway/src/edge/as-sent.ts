import { Transform, Type } from 'class-transformer';
import { Allow } from 'class-validator';

/**
 * JSON as it was sent. class-transformer would copy it, leave `__proto__` out without a word, and call what stands under
 * `constructor`; what it takes for a Boolean it does not walk into.
 */
export const AsSent = (): PropertyDecorator => (target, key) => {
  Type(() => Boolean)(target, key);
  Transform(({ obj }) => (obj as Record<string | symbol, unknown>)[key])(target, key as string);
  Allow()(target, key);
};
