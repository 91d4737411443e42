/** Class of a visit: its place in `CLASSES`. */
export const [INPATIENT, OUTPATIENT] = [0, 1]

/** What PV1-2 (HL7 table 0004) and PV1-3 say of a visit of each class. */
const CLASSES: readonly Readonly<Record<string, string>>[] = [
  { class: 'I', ward: 'WARD1', room: '101', bed: 'A' },
  { class: 'O', ward: 'CLINIC1', room: '', bed: '' },
]

/** A line of a template for visits of one class: without `{class}`, `{ward}`, `{room}` and `{bed}`. */
export function lineOfClass(line: string, patientClass: number): string {
  return line.replace(/\{(class|ward|room|bed)\}/g, (_slot, name: string) => CLASSES[patientClass]![name]!)
}
