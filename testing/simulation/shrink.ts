/**
 * Cuts a failing plan down.
 *
 * @module
 */

/**
 * Leaves out what a failure does not need: halves first, then ever smaller pieces, until no single step can go.
 *
 * @param whole A list that fails.
 * @param fails Whether a list fails.
 * @param budget Most lists to try.
 * @returns A list that fails, no longer than `whole`.
 */
export async function shrink<T>(
  whole: readonly T[],
  fails: (list: readonly T[]) => Promise<boolean>,
  budget = 400,
): Promise<readonly T[]> {
  let list = whole;
  let size = Math.ceil(list.length / 2);
  for (let tries = 0; size >= 1 && tries < budget;) {
    let cut = false;
    for (let at = 0; at < list.length && tries < budget;) {
      const shorter = [...list.slice(0, at), ...list.slice(at + size)];
      tries++;
      if (shorter.length > 0 && await fails(shorter)) {
        list = shorter;
        cut = true;
      } else {
        at += size;
      }
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (!cut) break;
  }
  return list;
}
