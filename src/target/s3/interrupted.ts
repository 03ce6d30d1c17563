import { UnsiloError } from '../../errors.ts'

export function interrupted(): UnsiloError {
  return new UnsiloError('cancelled', 'interrupted')
}
