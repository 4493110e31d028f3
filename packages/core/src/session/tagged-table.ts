/** An entry of a table: found by its key, dropped by any of its tags. */
export interface TableEntry {
  readonly key: string;
  readonly tags: readonly string[];
  /** Estimated bytes. */
  readonly size: number;
  /** Monotonic time until which it is kept at all. */
  readonly keptUntil: number;
}

/** A table bounded by number and bytes, whose oldest entries go first. Keys and tags are digests and ids, never credentials. */
export class TaggedTable<Entry extends TableEntry> {
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #entries = new Map<string, Entry>();
  readonly #byTag = new Map<string, Entry | Set<Entry>>();
  #bytes = 0;

  constructor(bounds: { readonly maxEntries: number; readonly maxBytes: number }) {
    this.#maxEntries = bounds.maxEntries;
    this.#maxBytes = bounds.maxBytes;
  }

  get size(): number { return this.#entries.size; }

  get(key: string): Entry | undefined { return this.#entries.get(key); }

  /** Puts an entry in the place of one with its key; what is no longer kept goes, and the oldest while there is too much. */
  set(entry: Entry, now: number): void {
    this.delete(entry.key);
    if (entry.size > this.#maxBytes) return;
    this.#entries.set(entry.key, entry);
    this.#bytes += entry.size;
    for (const tag of entry.tags) this.#addTag(tag, entry);
    for (const oldest of this.#entries.values()) {
      if (oldest.keptUntil > now && this.#entries.size <= this.#maxEntries && this.#bytes <= this.#maxBytes) break;
      this.#remove(oldest);
    }
  }

  /** @returns whether there was one */
  delete(key: string): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#remove(entry);
    return true;
  }

  all(): readonly Entry[] { return [...this.#entries.values()]; }

  /** All entries with that tag. */
  withTag(tag: string): readonly Entry[] {
    const found = this.#byTag.get(tag);
    return found === undefined ? [] : found instanceof Set ? [...found] : [found];
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.key);
    this.#bytes -= entry.size;
    for (const tag of entry.tags) this.#removeTag(tag, entry);
  }

  // Most tags have one entry: a set for each would cost more than all the rest of it.

  #addTag(tag: string, entry: Entry): void {
    const found = this.#byTag.get(tag);
    if (found === undefined) this.#byTag.set(tag, entry);
    else if (found instanceof Set) found.add(entry);
    else if (found !== entry) this.#byTag.set(tag, new Set([found, entry]));
  }

  #removeTag(tag: string, entry: Entry): void {
    const found = this.#byTag.get(tag);
    if (found instanceof Set) {
      found.delete(entry);
      if (found.size === 0) this.#byTag.delete(tag);
    } else if (found === entry) this.#byTag.delete(tag);
  }
}
