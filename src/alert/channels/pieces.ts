import type { Message, Section } from '../message.ts'

/** What a message says, piece by piece, without its title; what is too much is counted. */
export function pieces(
  { intro, sections, report }: Pick<Message, 'intro' | 'sections'> & { report?: Message['report'] | undefined },
  most: number,
): (string | Section)[] {
  const more = sections.length - most
  return [
    ...(intro === undefined ? [] : [intro]),
    ...sections.slice(0, most),
    ...(more > 0 ? [`… and ${more} more: \`unsilo alert list\` shows all.`] : []),
    ...(report === undefined ? [] : [report.text]),
  ]
}
