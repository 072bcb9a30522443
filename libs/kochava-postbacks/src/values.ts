import { textOf } from '#libs/upstream-http';

/** `true`, `"true"`, `1` and `"1"`: the vendor's samples mix them. */
export const flagOf = (value: unknown): boolean => value === true || /^(?:true|1)$/i.test(textOf(value) ?? '');
