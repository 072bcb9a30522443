/**
 * What is there already is no promise: of what a request asks on its way, most is, and each promise costs as much as a
 * look at it.
 */
export type Awaitable<T> = T | Promise<T>;

/** What `make` makes of `value`: at once where it is there. */
export const whenThere = <T, R>(value: Awaitable<T>, make: (value: T) => Awaitable<R>): Awaitable<R> =>
  value instanceof Promise ? value.then(make) : make(value);
