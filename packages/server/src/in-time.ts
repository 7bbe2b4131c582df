/** Whoever watches a site does not wait much longer. */
const usualMs = 3000;

/** An answer, if it comes in time: what a database or server that is away says may take much longer. */
export async function inTime<T>(
  answer: Promise<T>,
  { ms = usualMs, late = `No answer within ${ms} ms` }: { readonly ms?: number; readonly late?: string } = {},
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(late)), ms);
  });
  try {
    return await Promise.race([answer, over]);
  } finally {
    clearTimeout(timer);
  }
}
