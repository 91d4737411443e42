/** The name of a metric in `room` characters: of one that is too long the load's name is cut, as what follows its dot tells the metrics of a load apart. */
export function shorten(path: string, room: number, ellipsis: string): string {
  if (path.length <= room) return path
  const dot = path.indexOf('.')
  const metric = dot === -1 ? '' : path.slice(dot)
  const kept = room - ellipsis.length - metric.length
  return kept > 0 ? path.slice(0, kept) + ellipsis + metric : ellipsis + path.slice(ellipsis.length - Math.max(room, 1))
}
