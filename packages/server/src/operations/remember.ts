/**
 * Asks at most once in a while, and once for all that ask at the same time. An answer that is an error is forgotten at once.
 *
 * @param now milliseconds, from any start.
 */
export function remember<T>(
  ask: () => Promise<T>,
  forMs: number,
  now: () => number = () => performance.now(),
): () => Promise<T> {
  let known: { readonly answer: Promise<T>; readonly until: number } | null = null;
  return () => {
    if (known !== null && now() < known.until) {
      return known.answer;
    }
    const answer = ask();
    const mine = { answer, until: now() + forMs };
    known = mine;
    answer.catch(() => {
      if (known === mine) known = null;
    });
    return answer;
  };
}
