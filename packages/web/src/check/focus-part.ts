/** Brings a part of the form into sight and the focus into it. */
export function focusPart(id: string): void {
  const part = document.querySelector<HTMLElement>(`#${CSS.escape(id)}`);
  part?.scrollIntoView({ block: 'center' });
  part?.focus({ preventScroll: true });
}
