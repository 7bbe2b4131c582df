import { findFormat, type WireExportRequest } from '@outcrop/contract';

import { fromWireItem } from '../request/item-choices.ts';
import { siteSettings } from '../site-settings.ts';

/** The same request for programs. */
export interface EquivalentLines {
  readonly cli: string;
  readonly sdk: string;
  readonly curl: string;
}

/** Writes a request as lines for the command line, the SDK and curl. What was typed is quoted, never run. */
export function equivalentLines(
  request: WireExportRequest,
  options: { readonly needsKey: boolean },
): EquivalentLines {
  return {
    cli: cliLines(request),
    sdk: sdkLines(request, options.needsKey),
    curl: curlLines(request, options.needsKey),
  };
}

/** What can be done with an export that is there: fetch it, or stop it. */
export function exportLines(
  exportId: number,
  options: { readonly needsKey: boolean; readonly isRunning: boolean },
): Pick<EquivalentLines, 'sdk' | 'curl'> {
  const { needsKey, isRunning } = options;
  const url = new URL(`services/api/v1/exports/${exportId}/`, siteSettings.root).href;
  const key = needsKey ? ['-H "Authorization: key $KOORDINATES_TOKEN"'] : [];
  const act = isRunning ? ['-X DELETE', shell(url)] : ['-L -OJ', shell(`${url}download/`)];
  const client = `const client = new Client(${JSON.stringify(origin())}${sdkKey(needsKey)});`;
  const sdk = isRunning
    ? [client, `await client.exports.cancel(${exportId});`]
    : [client, `const made = await client.exports.get(${exportId});`, "await made.download('./');"];
  return {
    sdk: ["import { Client } from '@outcrop/client';", '', ...sdk].join('\n'),
    curl: ['curl', ...key, ...act].join(' '),
  };
}

function cliLines({ items, formats, crs, extent, options, name, ...rest }: WireExportRequest): string {
  // The command has no flags for what is said of a single item, nor for a mosaic.
  const needsFile = options?.mosaic !== undefined || items.some((item) => Object.keys(item).length > 1);
  const cropFeature =
    typeof extent === 'string' ? /croplayers\/(\d+)\/cropfeatures\/(\d+)/.exec(extent) : null;
  if (needsFile) {
    const body = { items, formats, crs, extent, options, name, ...rest };
    return [
      `cat > request.json <<'JSON'\n${JSON.stringify(body, null, 2)}\nJSON`,
      '# where the data are; of the served site, see curl',
      'outcrop run request.json --site ./site --output export.zip',
    ].join('\n');
  }
  const lines = [
    ...(extent == null || cropFeature !== null
      ? []
      : [`cat > area.geojson <<'JSON'\n${JSON.stringify(extent)}\nJSON`]),
    [
      `outcrop export ${items.map(({ item }) => shell(item)).join(' ')}`,
      `--url ${shell(origin())}`,
      ...(crs === undefined ? [] : [`--crs ${crs}`]),
      ...Object.entries(formats).map(([kind, mimetype]) => `--format ${kind}=${shortCode(mimetype)}`),
      ...(extent == null || cropFeature !== null ? [] : ['--extent area.geojson']),
      ...(cropFeature === null ? [] : [`--crop-feature ${cropFeature[1]}/${cropFeature[2]}`]),
      ...(options?.crop_mode === undefined ? [] : [`--crop-mode ${options.crop_mode}`]),
      ...(name === undefined ? [] : [`--name ${shell(name)}`]),
    ].join(' \\\n  '),
  ];
  return lines.join('\n');
}

function sdkLines(request: WireExportRequest, needsKey: boolean): string {
  const { items, extent, options, ...rest } = request;
  const init = {
    ...rest,
    items: items.map((item) => (Object.keys(item).length === 1 ? item.item : fromWireItem(item))),
    ...(extent == null ? {} : { extent }),
    ...(options === undefined ? {} : { options: { cropMode: options.crop_mode, mosaic: options.mosaic } }),
  };
  return [
    "import { Client, Export } from '@outcrop/client';",
    '',
    `const client = new Client(${JSON.stringify(origin())}${sdkKey(needsKey)});`,
    `const wanted = new Export(${JSON.stringify(init, null, 2)});`,
    "const { path, sha256 } = await client.exports.run(wanted, { to: './' });",
  ].join('\n');
}

function curlLines(request: WireExportRequest, needsKey: boolean): string {
  return [
    `curl ${shell(new URL('services/api/v1/exports/', siteSettings.root).href)}`,
    ...(needsKey ? ['-H "Authorization: key $KOORDINATES_TOKEN"'] : []),
    "-H 'Content-Type: application/json'",
    `-d ${shell(JSON.stringify(request))}`,
  ].join(' \\\n  ');
}

function sdkKey(needsKey: boolean): string {
  return needsKey ? ', { apiKey: process.env.KOORDINATES_TOKEN }' : '';
}

/** A word for a POSIX shell, which takes everything between single quotes as it is. */
function shell(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function shortCode(mimetype: string): string {
  return findFormat(mimetype)?.shortCode.toLowerCase() ?? mimetype;
}

function origin(): string {
  return new URL(siteSettings.root).origin;
}
