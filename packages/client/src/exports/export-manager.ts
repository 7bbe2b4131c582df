import { CropLayerManager } from '../crop/crop-layer-manager.ts';
import { ApiError } from '../errors/api-error.ts';
import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import type { ApiResponse, RequestOptions } from '../http/api-request.ts';
import { resourceUrl } from '../http/resource-url.ts';
import type { Transport } from '../http/transport.ts';
import { isRecord } from '../is-record.ts';
import { Query } from '../query/query.ts';
import { Export } from './export.ts';
import type { ExportContext } from './export-context.ts';
import { ExportValidationResponse } from './export-validation-response.ts';
import { fetchExport } from './fetch-export.ts';
import { type FormatLabels, readFormats } from './read-formats.ts';
import { runExport, type RunOptions, type RunResult } from './run.ts';

/** The exports of the key's owner. */
export class ExportManager {
  /** The regions that the site offers. */
  readonly cropLayers: CropLayerManager;
  readonly #context: ExportContext;
  #formats: Promise<FormatLabels> | null = null;

  /** `collection` is the URL of the list of exports, with its slash. */
  constructor(transport: Transport, collection: URL) {
    this.#context = { transport, collection };
    this.cropLayers = new CropLayerManager(transport, new URL('croplayers/', collection));
  }

  /**
   * Creates an export and starts it. The given object is filled with the site's answer, and returned.
   *
   * @throws ValidationError where the site refuses it, with the reasons per item.
   */
  async create(wanted: Export, options?: RequestOptions): Promise<Export> {
    const { collection } = this.#context;
    const body = requestBody(wanted);
    await fetchExport(wanted, this.#context, { method: 'POST', url: collection, body, options });
    return wanted;
  }

  /** Asks whether the site would take an export, and what it would weigh. Starts nothing. */
  async validate(wanted: Export, options?: RequestOptions): Promise<ExportValidationResponse> {
    const { transport, collection } = this.#context;
    const url = new URL('validate/', collection);
    const { body } = await transport.json({ method: 'POST', url, body: requestBody(wanted), options });
    return new ExportValidationResponse(body);
  }

  /**
   * One export.
   *
   * @throws NotFoundError where there is none with this id, or it is someone else's.
   */
  async get(exportId: number, options?: RequestOptions): Promise<Export> {
    const found = new Export();
    const url = resourceUrl(this.#context.collection, exportId);
    await fetchExport(found, this.#context, { method: 'GET', url, options });
    return found;
  }

  /** All exports of the key's owner, newest first. Their items and progress come with `expand('list')` or `refresh()`. */
  list(options?: RequestOptions): Query<Export> {
    const { transport, collection } = this.#context;
    return new Query({
      transport,
      url: collection,
      read: (body) => new Export().fill(isRecord(body) ? body : {}, this.#context),
      options,
    });
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

  /** Creates an export, waits for it and downloads it. An abort cancels the export on the site. */
  async run(wanted: Export, options: RunOptions): Promise<RunResult> {
    return runExport(wanted, options, () => this.create(wanted, { signal: options.signal }));
  }

  async #fetchFormats(options?: RequestOptions): Promise<FormatLabels> {
    const { transport, collection } = this.#context;
    const response: ApiResponse = await transport.json({ method: 'OPTIONS', url: collection, options });
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
