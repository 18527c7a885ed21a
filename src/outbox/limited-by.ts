/**
 * Waits for the work, but no longer than the limit; the work itself goes on.
 *
 * @throws what the work throws, or an error that names the limit.
 */
export async function limitedBy<Result>(limitMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
