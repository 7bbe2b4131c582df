import type { SingleBar } from 'cli-progress';

import { safeForTerminal } from './safe-for-terminal.ts';
import type { Terminal } from './terminal.ts';

/** Shows how far something is. */
export interface ProgressDisplay {
  /** `fraction` from 0 to 1, or null where it is not known; `text` says what is being done. */
  update(fraction: number | null, text: string): void;
  /** Ends the display, so that other lines can follow. */
  stop(): void;
}

/** Least milliseconds between two plain lines, but for the last. */
const lineIntervalMs = 2000;

/** A bar for a person at a terminal, lines now and then for a log, nothing for a script that wants JSON. */
export async function createProgress(
  terminal: Terminal,
  options: { silent: boolean },
): Promise<ProgressDisplay> {
  if (options.silent) return { update: () => undefined, stop: () => undefined };
  return terminal.barStream === null ? createLines(terminal) : createBar(terminal.barStream);
}

async function createBar(stream: NodeJS.WritableStream): Promise<ProgressDisplay> {
  const { Presets, SingleBar } = await import('cli-progress');
  let bar: SingleBar | null = null;
  const start = (text: string): SingleBar => {
    const started = new SingleBar(
      {
        stream,
        format: '{bar} {percentage}% {text}',
        barsize: 30,
        hideCursor: true,
        fps: 5,
        forceRedraw: true,
      },
      Presets.shades_classic,
    );
    started.start(1000, 0, { text });
    return started;
  };
  return {
    update: (fraction, words) => {
      const text = safeForTerminal(words);
      bar ??= start(text);
      if (fraction === null) bar.update({ text });
      else bar.update(Math.round(fraction * 1000), { text });
    },
    stop: () => bar?.stop(),
  };
}

function createLines(terminal: Terminal): ProgressDisplay {
  let lastLine = '';
  let lastAt = Number.NEGATIVE_INFINITY;
  return {
    update: (fraction, text) => {
      const line = fraction === null ? text : `${String(Math.floor(fraction * 100)).padStart(3)}% ${text}`;
      const now = performance.now();
      const isDue = now - lastAt >= lineIntervalMs || fraction === 1;
      if (!isDue || line === lastLine) return;
      terminal.note(line);
      lastLine = line;
      lastAt = now;
    },
    stop: () => undefined,
  };
}
