/** What was made of texts that come again and again; the one used longest ago goes first. */
export class Recent<V> {
  private readonly values = new Map<string, V>();

  /** `longest`: a longer text is made anew each time. */
  constructor(
    private readonly most = 1_000,
    private readonly longest = 4_096,
  ) {}

  /** What `make` makes of `text`; when it throws, nothing is kept. Whoever reads the value must not change it. */
  get(text: string, make: () => V): V {
    const known = this.values.get(text);
    if (known !== undefined) {
      this.values.delete(text);
      this.values.set(text, known);
      return known;
    }
    const value = make();
    if (text.length > this.longest) return value;
    if (this.values.size >= this.most) this.values.delete(this.values.keys().next().value!);
    this.values.set(text, value);
    return value;
  }
}

/** Nobody can change it, all the way down. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
