/**
 * The engine answers 500 with an exception both when it refuses (no flow goes on from here) and when its own machine fails
 * (PostgreSQL is restarting). Only the first is worth a person's time; the second rolled back and passes by itself.
 */
const TYPES =
  /^(CannotCreateTransaction|CannotGetJdbcConnection|TransactionSystem|TransactionTimedOut|UnexpectedRollback|DataAccessResourceFailure|(ProcessEngine)?Persistence|SQL\w*|PSQL)Exception$/
/** Camunda's own words around a failed statement, flush or connection; a start wraps them in a RestException. */
const WORDS =
  /ENGINE-(03004|03083|16004)\b|in the persistence layer|JDBC Connection|org\.postgresql|HikariPool/
/** Foreign key and column size (BuiltinExceptionCode of Camunda 7.24): the same call would fail the same way. */
const LASTING: readonly unknown[] = [10_001, 10_002]

/** @param error what the REST API gives: the exception's simple name, its words, its code if it has one */
export function isMachineFault(error: {
  readonly type: string
  readonly message: string
  readonly code: unknown
}): boolean {
  if (LASTING.includes(error.code)) return false
  return TYPES.test(error.type) || WORDS.test(error.message)
}
