import { expect, test } from 'vitest';

import { loadConfig } from '../config.ts';
import { parseStorageUrl } from './storage-url.ts';

test('a bucket of AWS needs its region, in the address or the environment', () => {
  const settings = {
    kind: 's3',
    bucket: 'my-archives',
    prefix: '',
    endpoint: null,
    publicEndpoint: null,
    isPathStyle: false,
    isRedirecting: true,
  };
  expect(parseStorageUrl('s3://my-archives?region=ap-southeast-2', 'eu-west-1')).toEqual({
    ...settings,
    region: 'ap-southeast-2',
  });
  expect(parseStorageUrl('s3://my-archives/', 'eu-west-1')).toEqual({ ...settings, region: 'eu-west-1' });
  expect(() => parseStorageUrl('s3://my-archives', null)).toThrow(/no region; add \?region=/);
});

test('another service has an endpoint, and the bucket in the path unless it says otherwise', () => {
  const url = 's3://archives/one/two?endpoint=http://127.0.0.1:9000';
  expect(parseStorageUrl(url, null)).toMatchObject({
    prefix: 'one/two/',
    endpoint: new URL('http://127.0.0.1:9000'),
    region: 'us-east-1',
    isPathStyle: true,
  });
  expect(parseStorageUrl(`${url}&path_style=false&downloads=site`, null)).toMatchObject({
    isPathStyle: false,
    isRedirecting: false,
  });
  expect(parseStorageUrl(`${url}&public_endpoint=https://files.example.org`, null)).toMatchObject({
    publicEndpoint: new URL('https://files.example.org'),
  });
});

test.each([
  ['https://bucket.s3.amazonaws.com', /is not an address such as s3:/],
  ['nonsense', /is not an address such as s3:/],
  ['s3://AKIA123:hunter2@bucket?region=x', /must not hold credentials; set AWS_ACCESS_KEY_ID/],
  ['s3://bucket?region=x&endpoint=http://me:hunter2@127.0.0.1', /must not hold credentials in endpoint/],
  ['s3://bucket?region=x&secret=hunter2', /a parameter that does not exist; there are endpoint/],
  ['s3://b?region=x', /names no bucket/],
  ['s3://UPPER_hunter2?region=x', /names no bucket/],
  ['s3://bucket/a//hunter2?region=x', /prefix that cannot be used/],
  ['s3://bucket?region=x&endpoint=hunter2', /an endpoint that is no address/],
  ['s3://bucket?region=x&endpoint=ftp://hunter2', /an endpoint that is no address/],
  ['s3://bucket?region=x&path_style=hunter2', /path_style that is none of true, false/],
  ['s3://bucket?region=x&downloads=hunter2', /downloads that is none of redirect, site/],
])('%s is refused without being repeated', (url, message) => {
  const refused = (): unknown => loadConfig({ STORAGE_URL: url });
  expect(refused).toThrow(message);
  expect(refused).toThrow(/STORAGE_URL/);
  expect(refused).not.toThrow(/hunter2|AKIA/);
});

test('a site without STORAGE_URL keeps files', () => {
  expect(loadConfig({}).storage).toEqual({ kind: 'files' });
  expect(loadConfig({ STORAGE_URL: 's3://bucket', AWS_REGION: 'eu-west-1' }).storage).toMatchObject({
    kind: 's3',
    region: 'eu-west-1',
  });
});

test.each(['59', '604801', 'x', '1.5'])('OUTCROP_DOWNLOAD_SECONDS=%s is refused by name', (value) => {
  expect(() => loadConfig({ OUTCROP_DOWNLOAD_SECONDS: value })).toThrow(/OUTCROP_DOWNLOAD_SECONDS: /);
});
