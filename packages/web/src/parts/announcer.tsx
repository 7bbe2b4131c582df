import { type ReactNode, useEffect, useState } from 'react';

type Listener = (text: string) => void;
const listeners = new Set<Listener>();
let repeats = 0;

/** Says something to people who use a screen reader. What the person caused should be said at once; the rest can wait. */
export function announce(text: string): void {
  repeats += 1;
  // The same words twice are read twice only if they differ.
  const varied = repeats % 2 === 0 ? text : `${text}\u00A0`;
  for (const listener of listeners) listener(varied);
}

/** The place that is read out. Always there, as regions that come with their words are not read. */
export function Announcer(): ReactNode {
  const [text, setText] = useState('');
  useEffect(() => {
    let timer = 0;
    let waiting: string[] = [];
    const listener = (next: string): void => {
      clearTimeout(timer);
      setText('');
      // What comes at the same time is said together: none takes the other's place.
      waiting.push(next);
      timer = window.setTimeout(() => {
        setText(waiting.join(' '));
        waiting = [];
      }, 150);
    };
    listeners.add(listener);
    return () => {
      clearTimeout(timer);
      listeners.delete(listener);
    };
  }, []);
  return (
    <div role="status" aria-live="polite" className="visually-hidden">
      {text}
    </div>
  );
}
