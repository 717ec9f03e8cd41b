/**
 * The engine answers 500 with an exception both when it refuses (no flow goes on from here) and when its own machine fails
 * (PostgreSQL is restarting). Only the first is worth a person's time; the second rolled back and passes by itself.
 */
const TYPES =
  /^(CannotCreateTransaction|CannotGetJdbcConnection|TransactionSystem|TransactionTimedOut|UnexpectedRollback|DataAccessResourceFailure|Persistence|SQL\w*|PSQL)Exception$/
/** Camunda's own words around a failed statement, flush or connection (ENGINE-03004, -03083, -16004). */
const WORDS = /ENGINE-(03004|03083|16004)\b|JDBC Connection|org\.postgresql|HikariPool/

/** @param type the exception's simple name, @param message its words, as the REST API gives them */
export function isMachineFault(type: string, message: string): boolean {
  return TYPES.test(type) || WORDS.test(message)
}
