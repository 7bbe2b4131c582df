/** How far from the window something counts as in sight: what is asked for then is there when somebody gets to it. */
const rootMargin = '200px';

/** Tells elements that they have come into sight: one watch over all rows of a list, as one for each is slow with a thousand. */
export class Sight {
  readonly #waiting = new Map<Element, () => void>();
  readonly #observer = new IntersectionObserver((changes) => this.#tell(changes), { rootMargin });

  /** Calls once, when an element comes into sight; returns how to stop waiting for that. */
  wait(element: Element, onSeen: () => void): () => void {
    this.#waiting.set(element, onSeen);
    this.#observer.observe(element);
    return () => this.#forget(element);
  }

  #tell(changes: readonly IntersectionObserverEntry[]): void {
    for (const { isIntersecting, target } of changes) {
      if (!isIntersecting) continue;
      const onSeen = this.#waiting.get(target);
      this.#forget(target);
      onSeen?.();
    }
  }

  #forget(element: Element): void {
    this.#waiting.delete(element);
    this.#observer.unobserve(element);
  }
}
