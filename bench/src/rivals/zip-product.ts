import { stat } from 'node:fs/promises';

import { type Measurement, runMeasured, type SizedMeasurement } from '../measure/run-measured.ts';

/** Zips what a rival made in `product/` the way most people do, and adds the time. */
export async function zipProduct(made: Measurement, folder: string): Promise<SizedMeasurement> {
  if (made.isStopped) return { ...made, bytes: null };
  const zip = await runMeasured(['zip', '-6', '-q', '-r', 'product.zip', 'product'], { folder });
  return {
    seconds: made.seconds + zip.seconds,
    processorSeconds: made.processorSeconds + zip.processorSeconds,
    peakMegabytes: Math.max(made.peakMegabytes, zip.peakMegabytes),
    isStopped: false,
    bytes: (await stat(`${folder}/product.zip`)).size,
  };
}
