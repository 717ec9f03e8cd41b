import { useEffect, useId, useState, type KeyboardEvent } from 'react'

interface TextProps {
  readonly label: string
  readonly value: string
  readonly id?: string
  readonly hint?: string
  readonly error?: string | undefined
  readonly multiline?: boolean
  /** called once when the writing is finished (blur or Enter): one step to undo, not one for each letter */
  readonly onCommit: (value: string) => void
}

export function TextField({ label, value, id, hint, error, multiline, onCommit }: TextProps) {
  const own = useId()
  const inputId = id ?? own
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const commit = () => {
    if (text !== value) onCommit(text)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter that ends the composition of a Chinese word is not meant for us.
    if (event.key === 'Enter' && !event.nativeEvent.isComposing && !multiline) commit()
    if (event.key === 'Escape') setText(value)
  }
  const described = [hint && `${inputId}-hint`, error && `${inputId}-error`]
    .filter(Boolean)
    .join(' ')
  const common = {
    id: inputId,
    value: text,
    onBlur: commit,
    onKeyDown,
    'aria-invalid': error !== undefined,
    ...(described === '' ? {} : { 'aria-describedby': described }),
  }
  return (
    <div className="field">
      <label htmlFor={inputId}>{label}</label>
      {multiline ? (
        <textarea {...common} rows={3} onChange={(event) => setText(event.target.value)} />
      ) : (
        <input {...common} onChange={(event) => setText(event.target.value)} />
      )}
      {hint && (
        <p id={`${inputId}-hint`} className="hint">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${inputId}-error`} className="error">
          {error}
        </p>
      )}
    </div>
  )
}

export interface Option {
  readonly value: string
  readonly label: string
}

interface SelectProps {
  readonly label: string
  readonly value: string
  readonly options: readonly Option[]
  readonly empty: string
  readonly onChange: (value: string) => void
}

export function SelectField({ label, value, options, empty, onChange }: SelectProps) {
  const id = useId()
  const known = options.some((option) => option.value === value)
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={(event) => {
          if (event.target.value !== '') onChange(event.target.value)
        }}
      >
        {value === '' && <option value="">{empty}</option>}
        {/* What stands in the file is shown, also when it may not stay. */}
        {value !== '' && !known && <option value={value}>{`${value} ?`}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  )
}

interface CheckProps {
  readonly label: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
}

export function CheckField({ label, checked, onChange }: CheckProps) {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} onChange={(e) => onChange(e.target.checked)} />
      {label}
    </label>
  )
}
