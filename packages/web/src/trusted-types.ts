interface Rules {
  readonly createHTML: (text: string) => string | null;
  readonly createScriptURL: (url: string) => string | null;
}

/**
 * The page's only policy of Trusted Types. OpenLayers measures text with an element whose markup is the letter M, and the
 * base map is read by a worker; all other markup and scripts that a program tries to add are refused.
 */
export function installTrustedTypes(): void {
  const { trustedTypes } = window as unknown as {
    trustedTypes?: { createPolicy(name: string, rules: Rules): unknown };
  };
  trustedTypes?.createPolicy('default', {
    createHTML: (text) => (text === 'M' ? text : null),
    createScriptURL: (url) => (isWorldWorker(url) ? url : null),
  });
}

/** Whether an address is that of `world-worker.ts` as it was built. */
function isWorldWorker(url: string): boolean {
  const { href: root } = new URL('.', document.baseURI);
  const { href } = new URL(url, root);
  return href.startsWith(root) && /^assets\/world-worker-[\w-]+\.js$/.test(href.slice(root.length));
}
