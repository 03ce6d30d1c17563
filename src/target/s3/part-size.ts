/** S3 takes so many parts of one file (AWS: "Amazon S3 multipart upload limits"). */
export const mostParts = 10_000

/** Parts are as large as asked for, larger where a file is too large for 10,000 of them. */
export function partSize(asked: number, fileBytes: number): number {
  return Math.max(asked, Math.ceil(fileBytes / mostParts))
}
