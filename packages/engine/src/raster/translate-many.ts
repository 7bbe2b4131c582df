import { readdirSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';

import { xmlText } from '../formats/xml-text.ts';
import { type GdalRunOptions, runGdal } from '../gdal/run-gdal.ts';
import { translateCommand, translateEachCommand, type Translation } from './raster-commands.ts';

/** How translations are run and watched. */
export interface TranslateOptions {
  readonly run: GdalRunOptions;
  /** A folder that is there, for files in between. */
  readonly folder: string;
  /** Told the fraction of one of them, by its index. */
  readonly onProgress?: (index: number, fraction: number) => void;
  /** Called once for each, when its file has its name; the next ones are written meanwhile. */
  readonly onDone?: (index: number) => Promise<void>;
}

/**
 * Translates datasets, with as few programs as can be: those that take whole datasets and are alike in all but their
 * names are made by one. To start GDAL takes longer than to copy a picture of a million pixels.
 */
export async function translateMany(
  translations: readonly Translation[],
  options: TranslateOptions,
): Promise<void> {
  const groups = new Map<string, number[]>();
  for (const [index, { input: _input, output: _output, ...rest }] of translations.entries()) {
    const key = JSON.stringify(rest.window == null ? rest : [index]);
    groups.set(key, [...(groups.get(key) ?? []), index]);
  }
  for (const indexes of groups.values()) {
    const group = indexes.map((index) => ({ index, translation: translations[index]! }));
    if (group.length === 1) await translateOne(group[0]!, options);
    else await translateGroup(group, options);
  }
}

interface Numbered {
  readonly index: number;
  readonly translation: Translation;
}

async function translateOne(
  { index, translation }: Numbered,
  { run, onProgress, onDone }: TranslateOptions,
): Promise<void> {
  await runGdal(translateCommand(translation), {
    ...run,
    onProgress: (fraction) => onProgress?.(index, fraction),
  });
  await onDone?.(index);
}

/** Subdatasets of one file, as `gdal_translate -sds` takes them: it writes each to a file with a number in its name. */
async function translateGroup(
  group: readonly Numbered[],
  { run, folder, onProgress, onDone }: TranslateOptions,
): Promise<void> {
  const { output, driver, flags, options } = group[0]!.translation;
  const place = await mkdtemp(join(folder, 'many-'));
  const container = join(place, 'container.vrt');
  await writeFile(container, containerVrt(group.map(({ translation }) => translation.input)));
  const files = new NumberedFiles(place, group, onDone);
  const command = translateEachCommand({
    input: container,
    output: join(place, `${stem}${parse(output).ext}`),
    driver,
    ...(flags && { flags }),
    ...(options && { options }),
  });
  try {
    await runGdal(command, {
      ...run,
      onProgress: (fraction) => onProgress?.(files.takeFinished(), fraction),
    });
    files.takeAll();
  } finally {
    await files.settled();
  }
  await rm(place, { recursive: true, force: true });
}

const stem = 'd';

/** An empty dataset with others as its parts. */
function containerVrt(inputs: readonly string[]): string {
  const names = inputs.map(
    (input, index) =>
      `<MDI key="SUBDATASET_${index + 1}_NAME">${xmlText(input)}</MDI><MDI key="SUBDATASET_${index + 1}_DESC">-</MDI>`,
  );
  return `<VRTDataset rasterXSize="1" rasterYSize="1"><Metadata domain="SUBDATASETS">${names.join('')}</Metadata><VRTRasterBand dataType="Byte" band="1"/></VRTDataset>`;
}

/**
 * The files that come one after the other, as `d_01.tif`, `d_02.tif`. When the next is there, one is finished: it is
 * given the name that it shall have, with what GDAL wrote beside it.
 */
class NumberedFiles {
  readonly #place: string;
  readonly #group: readonly Numbered[];
  readonly #onDone: ((index: number) => Promise<void>) | undefined;
  #taken = 0;
  #finishing: Promise<void> = Promise.resolve();

  constructor(place: string, group: readonly Numbered[], onDone: TranslateOptions['onDone']) {
    this.#place = place;
    this.#group = group;
    this.#onDone = onDone;
  }

  /** Takes what is finished. Returns the index of the one that is being written. */
  takeFinished(): number {
    const pattern = new RegExp(`^${stem}_(\\d+)\\.`);
    const numbers = readdirSync(this.#place).map((name) => Number(pattern.exec(name)?.[1] ?? 0));
    this.#takeUpTo(Math.max(0, ...numbers) - 1);
    return this.#group[this.#taken]!.index;
  }

  takeAll(): void {
    this.#takeUpTo(this.#group.length);
  }

  /** @throws what the first file that could not be finished threw */
  async settled(): Promise<void> {
    await this.#finishing;
  }

  #takeUpTo(count: number): void {
    for (; this.#taken < count; this.#taken++) {
      const position = this.#taken;
      this.#finishing = this.#finishing.then(() => this.#finish(position));
    }
    // A failure is thrown when all is settled, not before.
    this.#finishing.catch(() => undefined);
  }

  async #finish(position: number): Promise<void> {
    const { index, translation } = this.#group[position]!;
    const number = String(position + 1).padStart(String(this.#group.length).length, '0');
    const written = `${stem}_${number}.`;
    const { dir, name: wanted } = parse(translation.output);
    for (const name of await readdir(this.#place)) {
      if (!name.startsWith(written)) continue;
      await rename(join(this.#place, name), join(dir, `${wanted}.${name.slice(written.length)}`));
    }
    await this.#onDone?.(index);
  }
}
