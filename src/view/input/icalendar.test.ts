import { describe, expect, it } from 'vitest'
import { readCalendar } from './icalendar.ts'
import { rowsIn } from './input.fixture.ts'

const components = (lines: readonly string[], component?: string) =>
  rowsIn(lines.map((line) => `${line}\r\n`).join(''), (bytes) => readCalendar(bytes, { component, file: 'a.ics' }))

const inCalendar = (...lines: string[]) => ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR']

describe('readCalendar', () => {
  const event = [
    'BEGIN:VEVENT',
    'UID:1@example.org',
    'DTSTART;TZID="Europe/Berlin":20240101T100000',
    String.raw`SUMMARY:Tea\, caf`,
    ' é \\n\\; and',
    '\t so on',
    'CATEGORIES:A\\,B,C',
    'ATTENDEE;CN=Ann;ROLE=CHAIR:mailto:a@example.org',
    'attendee;CN="B: b":mailto:b@example.org',
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    'END:VALARM',
    'END:VEVENT',
  ]

  it('makes an object of each component', async () => {
    const zone = ['BEGIN:VTIMEZONE', 'TZID:Europe/Berlin', 'END:VTIMEZONE']
    expect(await components(inCalendar(...zone, ...event, 'BEGIN:VTODO', 'UID:2', 'END:VTODO'))).toEqual([
      {
        component: 'VEVENT',
        id: '1@example.org',
        UID: '1@example.org',
        DTSTART: '20240101T100000',
        'DTSTART;TZID': 'Europe/Berlin',
        SUMMARY: 'Tea, café \n; and so on',
        CATEGORIES: String.raw`A\,B,C`,
        ATTENDEE: ['mailto:a@example.org', 'mailto:b@example.org'],
        'ATTENDEE;CN': ['Ann', 'B: b'],
        'ATTENDEE;ROLE': ['CHAIR', null],
        VALARM: [{ component: 'VALARM', ACTION: 'DISPLAY' }],
      },
      { component: 'VTODO', id: '2', UID: '2' },
    ])
  })

  it('tells one time of a series from the series', async () => {
    const series = ['BEGIN:VEVENT', 'UID:1', 'RRULE:FREQ=WEEKLY', 'END:VEVENT']
    const moved = ['BEGIN:VEVENT', 'UID:1', 'RECURRENCE-ID;TZID=Europe/Berlin:20240108T100000', 'END:VEVENT']
    expect(await components(inCalendar(...series, ...moved))).toMatchObject([
      { id: '1', UID: '1' },
      { id: '1/20240108T100000', UID: '1' },
    ])
  })

  it('takes only the components that are named', async () => {
    expect(await components(inCalendar(...event, 'BEGIN:VTODO', 'UID:2', 'END:VTODO'), 'vtodo')).toEqual([
      { component: 'VTODO', id: '2', UID: '2' },
    ])
  })

  it('reads vCards', async () => {
    const card = [
      'BEGIN:VCARD',
      'VERSION:2.1',
      'N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:a=20=',
      'b=3D;c',
      'item1.TEL;HOME;TYPE=voice:1',
      'END:VCARD',
    ]
    expect(await components(card)).toEqual([
      {
        component: 'VCARD',
        VERSION: '2.1',
        N: 'a=20=b=3D;c',
        'N;CHARSET': 'UTF-8',
        'N;ENCODING': 'QUOTED-PRINTABLE',
        TEL: '1',
        'TEL;GROUP': 'item1',
        'TEL;TYPE': 'HOME,voice',
      },
    ])
  })

  it('tells of lines that are none, and goes on', async () => {
    expect(
      await components(
        inCalendar(
          'BEGIN:VEVENT',
          'UID:1',
          'no colon',
          'END:VEVENT',
          'END:VTODO',
          'BEGIN:VEVENT',
          'UID:2',
          'END:VEVENT',
        ),
      ),
    ).toEqual([
      'line 5: "no colon" is no line of a calendar or vCard',
      { component: 'VEVENT', id: '1', UID: '1' },
      'line 7: END:VTODO without BEGIN:VTODO',
      { component: 'VEVENT', id: '2', UID: '2' },
    ])
  })

  it('gives the components before the place where a file is cut off', async () => {
    expect(await components(['BEGIN:VCALENDAR', ...event.slice(0, 2), 'END:VEVENT', 'BEGIN:VEVENT', 'UID:2'])).toEqual([
      { component: 'VEVENT', id: '1@example.org', UID: '1@example.org' },
      'line 6: VCALENDAR is never closed',
    ])
  })

  it('takes a calendar without components for an empty one, and tells of what may be something else', async () => {
    const zone = ['BEGIN:VTIMEZONE', 'TZID:Europe/Berlin', 'END:VTIMEZONE']
    const task = ['BEGIN:VTODO', 'UID:2', 'END:VTODO']
    expect(await components(inCalendar(...zone))).toEqual([])
    expect(await components(inCalendar(...zone, ...task), 'VEVENT')).toEqual([])
    expect(await components(inCalendar(...task), 'VEVNT')).toEqual(['there is no VEVNT in it, only VTODO'])
    expect(await components(inCalendar(), 'VCARD')).toEqual(['there is no VCARD in it'])
    expect(await components([], 'VEVENT')).toEqual(['there is no calendar and no vCard in it'])
    expect(await components(['no calendar'])).toEqual(['line 1: "no calendar" is no line of a calendar or vCard'])
  })
})
