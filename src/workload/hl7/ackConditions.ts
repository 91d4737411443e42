const CR = 13

/**
 * Why a message cannot be sent in this acknowledgement mode, by its MSH-15 and MSH-16; null = it can. Enhanced mode wants AL in both: a
 * commit or an answer that comes on some condition only cannot be waited for. Original mode is MSH-15 NE and MSH-16 AL (HL7 v2.5.1 section
 * 2.9), or both empty.
 */
export function ackConditionFault(message: Uint8Array, acknowledgement: 'original' | 'enhanced'): string | null {
  const end = message.indexOf(CR)
  const header = new TextDecoder('latin1').decode(message.subarray(0, end === -1 ? message.length : end))
  const fields = header.split(header[3] ?? '|')
  // MSH-1 is the separator itself: MSH-n is fields[n - 1].
  const [accept = '', application = ''] = [fields[14], fields[15]]
  const isFine =
    acknowledgement === 'enhanced'
      ? accept === 'AL' && application === 'AL'
      : ['', 'NE'].includes(accept) && ['', 'AL'].includes(application)
  if (isFine) return null
  const wanted = acknowledgement === 'enhanced' ? 'AL in both' : 'both empty, or NE and AL'
  return `MSH-15 and MSH-16 are ${JSON.stringify(accept)} and ${JSON.stringify(application)}; acknowledgement '${acknowledgement}' needs ${wanted}`
}
