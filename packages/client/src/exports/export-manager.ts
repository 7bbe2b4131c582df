import { CropLayerManager } from '../crop/crop-layer-manager.ts';
import { ApiError } from '../errors/api-error.ts';
import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import type { RequestOptions } from '../http/api-request.ts';
import { resourceUrl } from '../http/resource-url.ts';
import type { Transport } from '../http/transport.ts';
import { isRecord } from '../is-record.ts';
import { Collection, type GetOptions } from '../query/collection.ts';
import { expandHeader } from '../query/expand-header.ts';
import type { DownloadedFile, StreamedArchive } from './download.ts';
import { Export } from './export.ts';
import { exportAttributes, type ExportFilters, type ExportOrder } from './export-attributes.ts';
import type { ExportContext } from './export-context.ts';
import { ExportValidationResponse } from './export-validation-response.ts';
import { extendExport } from './extend-export.ts';
import { fetchExport } from './fetch-export.ts';
import { findReusable, type ReuseOptions } from './find-reusable.ts';
import { type FormatLabels, readFormats } from './read-formats.ts';
import { runExport, type RunOptions, type RunResult } from './run.ts';
import type { NodeWritable } from './stream-sink.ts';

/** How to create an export. */
export interface CreateOptions extends RequestOptions {
  /**
   * Makes it safe to send the create again when its answer got lost: a site of Outcrop gives the same key and request
   * the same export for a day. Without one a create is never sent twice. Other sites may not know it, and could then
   * make two exports of a create that is repeated.
   */
  readonly idempotencyKey?: string | undefined;
}

/** The exports of the key's owner. Lists are newest first; their items and progress come with `expand('list')`. */
export class ExportManager extends Collection<Export, ExportFilters, ExportOrder> {
  /** What it makes. */
  static readonly model = Export;
  /** The regions that the site offers. */
  readonly cropLayers: CropLayerManager;
  readonly #context: ExportContext;
  #formats: Promise<FormatLabels> | null = null;

  /** @internal */
  constructor(transport: Transport, collection: URL) {
    super({ transport, url: collection, attributes: exportAttributes });
    this.#context = { transport, collection };
    this.cropLayers = new CropLayerManager(transport, new URL('croplayers/', collection));
  }

  /**
   * Creates an export and starts it. The given object is filled with the site's answer, and returned.
   *
   * @throws ValidationError where the site refuses it, with the reasons per item.
   */
  async create(wanted: Export, { idempotencyKey, ...options }: CreateOptions = {}): Promise<Export> {
    await fetchExport(wanted, this.#context, {
      method: 'POST',
      url: this.#context.collection,
      body: requestBody(wanted),
      headers: idempotencyHeader(idempotencyKey),
      isRepeatable: idempotencyKey !== undefined,
      options,
    });
    return wanted;
  }

  /** Asks whether the site would take an export, and what it would weigh. Starts nothing. */
  async validate(wanted: Export, options?: RequestOptions): Promise<ExportValidationResponse> {
    const { transport, collection } = this.#context;
    const url = new URL('validate/', collection);
    const body = requestBody(wanted);
    const response = await transport.json({ method: 'POST', url, body, isRepeatable: true, options });
    return new ExportValidationResponse(response.body);
  }

  /**
   * One export.
   *
   * @throws NotFoundError where there is none with this id, or it is someone else's.
   */
  async get(exportId: number, { expand, ...options }: GetOptions = {}): Promise<Export> {
    const found = new Export();
    const url = resourceUrl(this.#context.collection, exportId);
    const headers = expandHeader(expand);
    await fetchExport(found, this.#context, { method: 'GET', url, headers, options });
    return found;
  }

  /**
   * Cancels an export by its id.
   *
   * @throws ConflictError where it is not processing any more.
   */
  async cancel(exportId: number, options?: RequestOptions): Promise<Export> {
    const cancelled = new Export();
    const url = resourceUrl(this.#context.collection, exportId);
    await fetchExport(cancelled, this.#context, { method: 'DELETE', url, options });
    return cancelled;
  }

  /**
   * Sets until when an export can be downloaded, by its id: see `Export.extend`.
   *
   * @throws ValidationError, ConflictError, NotFoundError
   */
  async extend(exportId: number, until: Date | string, options?: RequestOptions): Promise<Export> {
    const extended = new Export();
    await extendExport(extended, this.#context, { exportId, until, options });
    return extended;
  }

  /**
   * What the site can produce: label by mimetype, by kind. Asked once, and kept for the life of the client.
   *
   * @throws ApiError with the code `invalid-response` where the site does not tell, because the key may not create exports.
   */
  async getFormats(options?: RequestOptions): Promise<FormatLabels> {
    this.#formats ??= this.#fetchFormats(options).catch((error: unknown) => {
      this.#formats = null;
      throw error;
    });
    return this.#formats;
  }

  /**
   * The latest complete export of the same request whose archive is still there; undefined where there is none. Names
   * are not compared. Whether the data have changed since is for the caller to say, with `createdAfter`.
   *
   * @example
   * const earlier = await client.exports.findReusable(wanted, { createdAfter: new Date(layer.publishedAt ?? 0) });
   * const done = earlier ?? (await (await client.exports.create(wanted)).wait());
   */
  async findReusable(wanted: Export, options?: ReuseOptions): Promise<Export | undefined> {
    return findReusable(wanted, this.list(options), options);
  }

  /**
   * Creates an export, waits for it and downloads it. An abort, while the site builds it, cancels the export there.
   *
   * @throws ValidationError, ExportFailedError, DownloadError: see `create`, `wait` and `download`.
   */
  run(wanted: Export, options: RunOptions<string | URL>): Promise<RunResult<DownloadedFile>>;
  run(
    wanted: Export,
    options: RunOptions<WritableStream<Uint8Array> | NodeWritable>,
  ): Promise<RunResult<StreamedArchive>>;
  async run(wanted: Export, options: RunOptions): Promise<RunResult<StreamedArchive>> {
    const { signal, idempotencyKey } = options;
    return runExport(wanted, options, () => this.create(wanted, { signal, idempotencyKey }));
  }

  protected override read(body: unknown): Export {
    return new Export().fill(isRecord(body) ? body : {}, this.#context);
  }

  async #fetchFormats(options?: RequestOptions): Promise<FormatLabels> {
    const { transport, collection } = this.#context;
    const response = await transport.json({ method: 'OPTIONS', url: collection, options });
    const formats = readFormats(response.body);
    if (formats !== null) return formats;
    throw new ApiError(
      'The site does not list its formats; it lists them for keys that may create exports (scope exports:write)',
      response,
      'invalid-response',
    );
  }
}

function requestBody(wanted: Export): unknown {
  if (wanted.items.length === 0) {
    throw new InvalidArgumentError('The export has no items; add a layer or table with addItem()');
  }
  return wanted.toRequest();
}

function idempotencyHeader(key: string | undefined): { 'idempotency-key'?: string } {
  if (key === undefined) return {};
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return { 'idempotency-key': key };
  throw new InvalidArgumentError(
    `${JSON.stringify(key)} is no idempotency key; give 1 to 255 visible ASCII characters, such as crypto.randomUUID()`,
  );
}
