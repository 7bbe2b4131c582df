/** Does something once the browser has nothing else to do, at the latest after a while; returns how to give it up. */
export function whenIdle(act: () => void, latestMs: number): () => void {
  // Safari has none yet.
  if (typeof requestIdleCallback !== 'function') {
    const timer = setTimeout(act, 50);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(act, { timeout: latestMs });
  return () => cancelIdleCallback(handle);
}
