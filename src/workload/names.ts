import type { Charset } from '../model/scenario.ts'

/** Parts of invented names and addresses: every combination is pronounceable and none is taken from a register of people. */
export interface NameTables {
  readonly familyHeads: readonly string[]
  readonly familyTails: readonly string[]
  readonly givenHeads: readonly string[]
  readonly givenTails: Readonly<Record<'F' | 'M', readonly string[]>>
  readonly streets: readonly string[]
  readonly cities: readonly string[]
  readonly states: readonly string[]
  readonly isAscii: boolean
}

const ASCII: NameTables = {
  familyHeads: [
    'Abren',
    'Brisk',
    'Calder',
    'Dovra',
    'Elmen',
    'Fenrick',
    'Gorlan',
    'Hestor',
    'Ilvar',
    'Jorund',
    'Keldra',
    'Lomvar',
    'Mirrow',
    'Nestra',
    'Orvel',
    'Pellar',
  ],
  familyTails: [
    'bane',
    'croft',
    'dell',
    'even',
    'fax',
    'gard',
    'holm',
    'ink',
    'jack',
    'kin',
    'lund',
    'mark',
    'nook',
    'oak',
    'pike',
    'quay',
  ],
  givenHeads: ['Al', 'Bri', 'Cor', 'Da', 'El', 'Fa', 'Gil', 'Ha', 'Il', 'Jo', 'Ka', 'Lo', 'Mar', 'Ni', 'Or', 'Per'],
  givenTails: {
    F: ['anda', 'beth', 'cinda', 'dessa', 'etta', 'fira', 'gwena', 'hilda'],
    M: ['ando', 'bert', 'cino', 'dric', 'etto', 'fred', 'gwin', 'hart'],
  },
  streets: ['Sample', 'Specimen', 'Example', 'Fixture', 'Placeholder', 'Mockingbird', 'Synthetic', 'Testbed'],
  cities: ['Sampleton', 'Testville', 'Mockbury', 'Fixtureford', 'Examplia', 'Stubfield', 'Dummingham', 'Proofhaven'],
  states: ['IA', 'WI', 'MN', 'IL', 'OH', 'MI', 'IN', 'MO'],
  isAscii: true,
}

/** Umlauts, accents, cedilla, eszett, thorn, and an ampersand, which HL7 must escape. */
const LATIN_1: NameTables = {
  ...ASCII,
  familyHeads: [
    'Bräun',
    'Çelor',
    'Ðaver',
    'Éstard',
    'Fjörd',
    'Grüb',
    'Højen',
    'Ìlvar',
    'Jürk',
    'Kåld',
    'Löwen',
    'Müss',
    'Ñandor',
    'Ørvel',
    'Préval',
    'Þorin',
  ],
  familyTails: [
    'bäck',
    'çon',
    'dølf',
    'ère',
    'fuß',
    'gård',
    'hölz',
    'ñez',
    'jòr',
    'kûr',
    'lünd',
    'mãr',
    'nôt',
    'ýr',
    'rök',
    'ström',
  ],
  givenHeads: ['Ál', 'Brí', 'Cör', 'Dà', 'Él', 'Fä', 'Gíl', 'Hå', 'Ìl', 'Jó', 'Kä', 'Lø', 'Mår', 'Ní', 'Ör', 'Pér'],
  streets: ['Müster', 'Prüf', 'Exämple', 'Ficción', 'Échantillon', 'Prøve & Søn', 'Größen', 'Testbänk'],
  cities: [
    'Musterstädt',
    'Prüfhausen',
    'Échantillon-sur-Test',
    'Prøveby',
    'Ejemplópolis',
    'Königsprobe',
    'Låtsasköping',
    'Amostrão',
  ],
  isAscii: false,
}

const GREEK: NameTables = {
  ...LATIN_1,
  familyHeads: ['Αβρέν', 'Βρίσκ', 'Γκόρλ', 'Δόβρ', 'Έλμεν', 'Ζέστορ', 'Ήλβαρ', 'Θόρουν'],
  familyTails: ['άκης', 'ίδης', 'όπουλος', 'έας', 'ούδης', 'ώνης', 'άτος', 'ίνος'],
  givenHeads: ['Αλ', 'Βρι', 'Γορ', 'Δα', 'Ελ', 'Φα', 'Ιλ', 'Μαρ'],
  givenTails: { F: ['άνδα', 'έτη', 'ίρα', 'ώνα'], M: ['άνδρος', 'έτος', 'ίνος', 'ώρος'] },
}

const CYRILLIC: NameTables = {
  ...LATIN_1,
  familyHeads: ['Абрен', 'Бриск', 'Вдовр', 'Горлан', 'Жестр', 'Кельдр', 'Миров', 'Щепел'],
  familyTails: ['енко', 'овский', 'ин', 'ычев', 'юк', 'ёв', 'айло', 'ецкий'],
  givenHeads: ['Ал', 'Бри', 'Кор', 'Да', 'Эл', 'Фа', 'Ил', 'Мар'],
  givenTails: { F: ['ина', 'ья', 'ета', 'яна'], M: ['ий', 'ён', 'ей', 'ьян'] },
}

/** Han characters of three bytes and one beyond the basic plane of four: a surrogate pair in JavaScript. */
const HAN: NameTables = {
  ...LATIN_1,
  familyHeads: ['試', '例', '仮', '検', '様', '模', '測', '𠮷'],
  familyTails: ['山', '川', '田', '村', '野', '原', '森', '本'],
  givenHeads: ['見', '試', '例', '一', '明', '文', '正', '和'],
  givenTails: { F: ['子', '美', '花', '香'], M: ['郎', '太', '夫', '人'] },
}

const UNICODE = [LATIN_1, GREEK, CYRILLIC, HAN]

/** The tables for one look: in UTF-8 each quarter of the looks is of another script. @param draw 32 bits of the look */
export function tablesOf(charset: Charset, draw: number): NameTables {
  if (charset === 'ascii') return ASCII
  return charset === '8859/1' ? LATIN_1 : UNICODE[(draw >>> 21) % UNICODE.length]!
}
