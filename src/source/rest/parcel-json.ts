/**
 * Reads a JSON file that the source has put into a parcel, in version 1 of its form.
 *
 * @param isWhole Whether what must stand there does.
 * @returns `undefined` for one that is not there, is damaged, or is of another version: the parcel tells nothing then.
 */
export function parseParcelJson<File extends { version: 1 }>(
  text: string | undefined,
  isWhole: (file: Partial<File>) => boolean,
): File | undefined {
  if (text === undefined) return undefined
  try {
    const file = JSON.parse(text) as Partial<File> | null
    return file?.version === 1 && isWhole(file) ? (file as File) : undefined
  } catch {
    return undefined
  }
}
