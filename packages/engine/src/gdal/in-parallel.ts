/** Does work for each of many things, so many at a time; the results are in the things' order. The first failure stops it. */
export async function inParallel<Thing, Result>(
  things: readonly Thing[],
  { most, work }: { readonly most: number; readonly work: (thing: Thing, index: number) => Promise<Result> },
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  let hasFailed = false;
  const worker = async (): Promise<void> => {
    while (next < things.length && !hasFailed) {
      const index = next++;
      try {
        results[index] = await work(things[index]!, index);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  const workers = Array.from({ length: Math.min(Math.max(most, 1), things.length) }, worker);
  const ended = await Promise.allSettled(workers);
  const failure = ended.find((end) => end.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return results;
}
