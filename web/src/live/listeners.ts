/** Those who want to hear of things, by type. What one of them throws does not keep the others from hearing. */
export class Listeners<Events> {
  private readonly all = new Map<keyof Events, Set<(data: never) => void>>();

  /** How many there are. */
  get size(): number {
    let n = 0;
    for (const of of this.all.values()) n += of.size;
    return n;
  }

  /** Adds one, until the function that is given is called. */
  add<T extends keyof Events>(type: T, fn: (data: Events[T]) => void): () => void {
    const of = this.all.get(type) ?? new Set();
    this.all.set(type, of);
    // Wrapped, so that one function given twice is two listeners.
    const one = (data: never) => fn(data);
    of.add(one);
    return () => void of.delete(one);
  }

  /** Tells all of a type. */
  tell<T extends keyof Events>(type: T, data: Events[T]): void {
    for (const fn of [...(this.all.get(type) ?? [])]) {
      try {
        fn(data as never);
      } catch (e) {
        reportError(e);
      }
    }
  }
}
