/**
 * The page's only policy of Trusted Types. OpenLayers measures text with an element whose markup is the letter M; all
 * other markup that a program tries to write is refused.
 */
export function installTrustedTypes(): void {
  const { trustedTypes } = window as unknown as {
    trustedTypes?: {
      createPolicy(name: string, rules: { createHTML(text: string): string | null }): unknown;
    };
  };
  trustedTypes?.createPolicy('default', { createHTML: (text) => (text === 'M' ? text : null) });
}
