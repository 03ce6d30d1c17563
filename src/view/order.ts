/** A value that items are ordered by: a time or a number. A whole number beyond 2^53 is its digits. */
export type OrderValue = string | number
