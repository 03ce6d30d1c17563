import { createRandom } from '../random.ts'

export interface StudyOptions {
  /** The forms, with the records that each has at first. */
  forms?: readonly { name: string; deleteable: boolean; records: number }[]
  /** A new record takes the lowest free id; else ids grow for ever. */
  reusesIds?: boolean
  /** What a second deletion is answered with: 404 unless told. */
  goneStatus?: 404 | 410
}

/** A record of a form. The fields that end in `RSA` are opaque: base64 of bytes that look encrypted. */
export interface StudyRecord {
  readonly id: number
  readonly participantRSA: string
  readonly date: string
  readonly session: string
  readonly score: number | null
  readonly answer: string
  readonly commentRSA: string
}

interface StudyEvent {
  readonly at: Date
  readonly kind: 'added' | 'deleted'
  readonly form: string
  readonly record: StudyRecord
}

/** A study's forms and records. The log is the oracle: everything that was ever added and deleted. */
export interface StudyAccount {
  readonly log: readonly StudyEvent[]
  readonly goneStatus: 404 | 410
  forms(): { name: string; size: number; deleteable: boolean }[]
  /** In order of id; none for a form that is not there. */
  records(form: string): readonly StudyRecord[] | undefined
  add(form: string, count?: number): StudyRecord[]
  /** @returns false when there is no such record */
  remove(form: string, id: number): boolean
}

const usualForms = [
  { name: 'DASS21', deleteable: true, records: 25 },
  { name: 'Demographics', deleteable: true, records: 10 },
  { name: 'Participant', deleteable: false, records: 12 },
  { name: 'TaskLog', deleteable: true, records: 0 },
]

export function createStudyAccount(options: StudyOptions, seed: number, now: () => Date): StudyAccount {
  const random = createRandom(seed + 2)
  const forms = options.forms ?? usualForms
  const records = new Map<string, Map<number, StudyRecord>>(forms.map(({ name }) => [name, new Map()]))
  const lastIds = new Map<string, number>()
  const log: StudyEvent[] = []

  const recordsOf = (form: string): Map<number, StudyRecord> => {
    const found = records.get(form)
    if (found === undefined) throw new RangeError(`the study has no form ${form}`)
    return found
  }
  const encrypted = (): string => {
    const bytes = Buffer.alloc(256)
    for (let at = 0; at < bytes.length; at++) bytes[at] = random.integer(0, 255)
    return bytes.toString('base64')
  }
  const nextId = (form: string): number => {
    const taken = recordsOf(form)
    let id = options.reusesIds === true ? 1 : (lastIds.get(form) ?? 0) + 1
    while (taken.has(id)) id++
    lastIds.set(form, Math.max(id, lastIds.get(form) ?? 0))
    return id
  }
  const add = (form: string, count = 1): StudyRecord[] =>
    Array.from({ length: count }, () => {
      const record: StudyRecord = {
        id: nextId(form),
        participantRSA: encrypted(),
        date: now().toISOString(),
        session: random.pick(['preTest', 'firstSession', 'secondSession', 'postTest']),
        score: random.chance(0.1) ? null : random.integer(0, 63),
        answer: random.pick(['never', 'sometimes', 'often', 'prefer "not" to say']),
        commentRSA: encrypted(),
      }
      recordsOf(form).set(record.id, record)
      log.push({ at: now(), kind: 'added', form, record })
      return record
    })

  for (const form of forms) add(form.name, form.records)
  return {
    log,
    goneStatus: options.goneStatus ?? 404,
    forms: () => forms.map(({ name, deleteable }) => ({ name, size: recordsOf(name).size, deleteable })),
    records: (form) => {
      const found = records.get(form)
      return found === undefined ? undefined : [...found.values()].sort((a, b) => a.id - b.id)
    },
    add,
    remove(form, id) {
      const record = records.get(form)?.get(id)
      if (record === undefined) return false
      recordsOf(form).delete(id)
      log.push({ at: now(), kind: 'deleted', form, record })
      return true
    },
  }
}
