import { isTerminal, type WireExportRequest } from '@outcrop/contract';

import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import type { RequestOptions } from '../http/api-request.ts';
import { resourceUrl } from '../http/resource-url.ts';
import type {
  ArchiveStream,
  DownloadedBlob,
  DownloadedFile,
  DownloadOptions,
  DownloadTarget,
  StreamedArchive,
} from './download.ts';
import type { ExportContext } from './export-context.ts';
import type {
  Delivery,
  ExportItem,
  ExportStatus,
  ExportWideOptions,
  Extent,
  Formats,
  ItemOptions,
  ItemReference,
  Notify,
  State,
} from './export-fields.ts';
import { fetchExport } from './fetch-export.ts';
import { itemUrl } from './item-url.ts';
import type { ArchiveSource } from './open-archive.ts';
import { readExport } from './read-export.ts';
import type { NodeWritable } from './stream-sink.ts';
import { toRequest } from './to-request.ts';
import type { TransferOptions } from './transfer-options.ts';
import { waitForExport, type WaitOptions } from './wait.ts';

/** What an export can be made of. All of it can also be set later, up to `create`. */
export interface ExportInit {
  /** Free text; the site makes the archive's name of it. Default: made of the layers' titles. */
  readonly name?: string | undefined;
  /** `EPSG:n`. Needed unless all items are tables, or KML. */
  readonly crs?: string | null | undefined;
  readonly formats?: Formats | undefined;
  readonly items?: readonly (ItemReference | ExportItem)[] | undefined;
  readonly extent?: Extent | undefined;
  readonly delivery?: Delivery | undefined;
  readonly options?: ExportWideOptions | undefined;
  /** Default: nobody is told. */
  readonly notify?: Notify | undefined;
}

/**
 * An export: first what is wanted, and after `create` what became of it.
 *
 * @example
 * const wanted = new Export({ crs: 'EPSG:2193', formats: { vector: 'application/x-ogc-gpkg' } }).addItem(layer);
 * await client.exports.create(wanted);
 * await wanted.wait();
 * await wanted.download('./downloads/');
 */
export class Export implements ExportStatus {
  name: string | null = null;
  crs: string | null = null;
  formats: Formats = {};
  items: readonly ExportItem[] = [];
  extent: Extent = null;
  delivery: Delivery | null = null;
  options: ExportWideOptions = {};
  notify: Notify = {};

  declare readonly id: number | null;
  declare readonly url: string | null;
  declare readonly state: State | null;
  declare readonly createdAt: Date | null;
  declare readonly createdVia: string | null;
  declare readonly downloadUrl: string | null;
  declare readonly progress: number | null;
  declare readonly stage: string | null;
  declare readonly sizeEstimateZipped: number | null;
  declare readonly sizeEstimateUnzipped: number | null;
  declare readonly sizeCompleteZipped: number | null;
  declare readonly sizeCompleteUnzipped: number | null;
  declare readonly sha256: string | null;
  declare readonly isCropped: boolean | null;
  declare readonly error: ExportStatus['error'];
  declare readonly warnings: readonly string[];
  declare readonly startedAt: Date | null;
  declare readonly finishedAt: Date | null;
  declare readonly downloadedAt: Date | null;
  declare readonly expiresAt: Date | null;
  declare readonly queue: ExportStatus['queue'];
  declare readonly isReused: boolean | null;

  #context: ExportContext | null = null;

  constructor(init: ExportInit = {}) {
    Object.assign(this, readExport({}).status);
    this.name = init.name ?? null;
    this.crs = init.crs ?? null;
    this.formats = { ...init.formats };
    this.extent = init.extent ?? null;
    this.delivery = init.delivery ?? null;
    this.options = { ...init.options };
    this.notify = { ...init.notify };
    for (const item of init.items ?? []) {
      if (typeof item === 'object' && 'item' in item) this.addItem(item.item, item);
      else this.addItem(item);
    }
  }

  /** Whether the site is done with it, well or badly. */
  get isTerminal(): boolean {
    return this.state !== null && isTerminal(this.state);
  }

  /** Why it failed, in words; null where it did not, or where the site does not say. */
  get reason(): string | null {
    return this.error?.detail ?? null;
  }

  /** Adds a layer or table. */
  addItem(item: ItemReference, options: ItemOptions = {}): this {
    this.items = [...this.items, { ...options, item: itemUrl(item) }];
    return this;
  }

  /** Sets the formats of some kinds; a null removes one. */
  setFormats(formats: Readonly<{ [kind in keyof Formats]: string | null | undefined }>): this {
    const entries = Object.entries({ ...this.formats, ...formats }).filter(
      ([, mimetype]) => mimetype != null,
    );
    this.formats = Object.fromEntries(entries);
    return this;
  }

  /** The body of a create: what may be written, in the wire's names. */
  toRequest(): WireExportRequest {
    return toRequest(this);
  }

  /** Asks the site how it is. */
  async refresh(options?: RequestOptions): Promise<this> {
    await this.#look('refresh', options);
    return this;
  }

  /**
   * Cancels it.
   *
   * @throws ConflictError where it is not processing any more.
   */
  async cancel(options?: RequestOptions): Promise<this> {
    const { context, exportId } = this.#onSite('cancel');
    await fetchExport(this, context, {
      url: resourceUrl(context.collection, exportId),
      method: 'DELETE',
      options,
    });
    return this;
  }

  /**
   * Waits until it is complete.
   *
   * @throws ExportFailedError where it ends otherwise; TimeoutError after `deadlineMs`.
   */
  async wait(options: WaitOptions = {}): Promise<this> {
    await waitForExport(this, options, (signal) => this.#look('wait for', { signal }));
    return this;
  }

  /**
   * Downloads the archive: into a folder or a file (Node), into a stream, which is left open, or as a stream where no
   * target is given.
   *
   * @throws DownloadError where the archive could not be fetched or stored whole.
   */
  download(target?: undefined, options?: DownloadOptions): Promise<ArchiveStream>;
  download(target: string | URL, options?: DownloadOptions): Promise<DownloadedFile>;
  download(
    target: WritableStream<Uint8Array> | NodeWritable,
    options?: DownloadOptions,
  ): Promise<StreamedArchive>;
  async download(
    target?: DownloadTarget,
    options: DownloadOptions = {},
  ): Promise<ArchiveStream | DownloadedFile | StreamedArchive> {
    const archive = this.#archive();
    // Loaded when it is first needed, so that pages that only ask and create do not carry it.
    const { downloadExport } = await import('./download.ts');
    return downloadExport(archive, target, options);
  }

  /**
   * Downloads the archive as a Blob, for a browser to save or to read. Browsers keep large Blobs on disk.
   *
   * @throws DownloadError where the archive could not be fetched whole.
   */
  async downloadBlob(options: TransferOptions = {}): Promise<DownloadedBlob> {
    const archive = this.#archive();
    const { downloadBlob } = await import('./download.ts');
    return downloadBlob(archive, options);
  }

  /**
   * Takes over what a site says of it: for managers, which call it after each answer.
   *
   * @internal
   */
  fill(body: Readonly<Record<string, unknown>>, context: ExportContext): this {
    const { status, request } = readExport(body);
    Object.assign(this, status, request);
    this.#context = context;
    return this;
  }

  async #look(purpose: string, options?: RequestOptions): Promise<Headers> {
    const { context, exportId } = this.#onSite(purpose);
    const url = resourceUrl(context.collection, exportId);
    return (await fetchExport(this, context, { url, method: 'GET', options })).headers;
  }

  #archive(): ArchiveSource {
    const { context, exportId } = this.#onSite('download');
    if (this.state !== 'complete') {
      const remedy = this.isTerminal ? 'create it again' : 'wait() for it first';
      throw new InvalidArgumentError(
        `Export ${exportId} is ${this.state ?? 'not started'}, so there is no archive; ${remedy}`,
      );
    }
    const own = new URL('download/', resourceUrl(context.collection, exportId));
    return {
      transport: context.transport,
      url: this.downloadUrl === null ? own : new URL(this.downloadUrl, own),
      name: this.name ?? `export-${exportId}`,
      sha256: this.sha256,
    };
  }

  #onSite(purpose: string): { context: ExportContext; exportId: number } {
    if (this.#context === null || this.id === null) {
      throw new InvalidArgumentError(
        `Cannot ${purpose} an export that no site has yet; pass it to client.exports.create() first`,
      );
    }
    return { context: this.#context, exportId: this.id };
  }
}
