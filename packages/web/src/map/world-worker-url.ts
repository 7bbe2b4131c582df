import url from './world-worker.ts?worker&url';

/** Where the worker of the base map is: the only script besides the page's own modules that may be run. */
export const worldWorkerUrl: string = url;
