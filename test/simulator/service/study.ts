import { type Call, type Route, shown } from './call.ts'
import { json, problem, type Reply, text } from './reply.ts'

/**
 * A study server with the contract that PIExporter knows: `GET export/` lists `{name, size, deleteable}`, `GET export/NAME` is
 * an array of records with `id`, `DELETE export/NAME/ID` is 204. A form that is not deleteable refuses a deletion with 405.
 */
export const studyRoutes: readonly Route[] = [
  { stream: 'study.forms', pattern: 'GET /export', answer: (call) => json(shown(call, call.study.forms())) },
  { stream: 'study.entries', pattern: 'GET /export/{form}', answer: answerEntries },
  { stream: 'study.delete', pattern: 'DELETE /export/{form}/{id}', answer: answerDelete },
]

function answerEntries(call: Call): Reply {
  const records = call.study.records(call.params['form']!)
  return records === undefined ? problem(404, 'Not Found') : json(shown(call, records))
}

function answerDelete({ study, params }: Call): Reply {
  const form = study.forms().find(({ name }) => name === params['form'])
  if (form === undefined) return problem(404, 'Not Found')
  if (!form.deleteable) return problem(405, `${form.name} can not be deleted`)
  if (!study.remove(form.name, Number(params['id']))) return problem(study.goneStatus, 'no such record')
  return text(204, 'application/json', '')
}
