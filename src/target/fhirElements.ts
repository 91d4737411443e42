/** Elements of every resource, and of every element, before those of its own type (FHIR R4, Resource, DomainResource, BackboneElement). */
const RESOURCE =
  'id meta:Meta implicitRules language contained:Resource extension:Extension modifierExtension:Extension'
const ELEMENT = 'extension:Extension modifierExtension:Extension'
const BENEFIT =
  'category:CodeableConcept excluded name description network:CodeableConcept unit:CodeableConcept term:CodeableConcept financial:Financial'

/**
 * The elements of a type in the order of its definition in FHIR R4, in which XML must have them: `name`, or `name:Type` where its own elements have an order too.
 * `name[x]` = a choice of types, named by the element.
 */
const DEFINED: Readonly<Record<string, string>> = {
  Patient: `${RESOURCE} identifier:Identifier active name:HumanName telecom:ContactPoint gender birthDate deceased[x] address:Address maritalStatus:CodeableConcept multipleBirth[x] photo:Attachment contact:Contact communication:Communication generalPractitioner:Reference managingOrganization:Reference link:PatientLink`,
  Contact:
    'relationship:CodeableConcept name:HumanName telecom:ContactPoint address:Address gender organization:Reference period:Period',
  Communication: 'language:CodeableConcept preferred',
  PatientLink: 'other:Reference type',
  Coverage: `${RESOURCE} identifier:Identifier status type:CodeableConcept policyHolder:Reference subscriber:Reference subscriberId beneficiary:Reference dependent relationship:CodeableConcept period:Period payor:Reference class:CoverageClass order network costToBeneficiary:Cost subrogation contract:Reference`,
  CoverageClass: 'type:CodeableConcept value name',
  Cost: 'type:CodeableConcept value[x] exception:CostException',
  CostException: 'type:CodeableConcept period:Period',
  ExplanationOfBenefit: `${RESOURCE} identifier:Identifier status type:CodeableConcept subType:CodeableConcept use patient:Reference billablePeriod:Period created enterer:Reference insurer:Reference provider:Reference priority:CodeableConcept fundsReserveRequested:CodeableConcept fundsReserve:CodeableConcept related:Related prescription:Reference originalPrescription:Reference payee:Payee referral:Reference facility:Reference claim:Reference claimResponse:Reference outcome disposition preAuthRef preAuthRefPeriod:Period careTeam:CareTeam supportingInfo:SupportingInfo diagnosis:Diagnosis procedure:Procedure precedence insurance:Insurance accident:Accident item:Item addItem:AddItem adjudication:Adjudication total:Total payment:Payment formCode:CodeableConcept form:Attachment processNote:Note benefitPeriod:Period benefitBalance:Balance`,
  Related: 'claim:Reference relationship:CodeableConcept reference:Identifier',
  Payee: 'type:CodeableConcept party:Reference',
  CareTeam: 'sequence provider:Reference responsible role:CodeableConcept qualification:CodeableConcept',
  SupportingInfo: 'sequence category:CodeableConcept code:CodeableConcept timing[x] value[x] reason:Coding',
  Diagnosis: 'sequence diagnosis[x] type:CodeableConcept onAdmission:CodeableConcept packageCode:CodeableConcept',
  Procedure: 'sequence type:CodeableConcept date procedure[x] udi:Reference',
  Insurance: 'focal coverage:Reference preAuthRef',
  Accident: 'date type:CodeableConcept location[x]',
  Item: 'sequence careTeamSequence diagnosisSequence procedureSequence informationSequence revenue:CodeableConcept category:CodeableConcept productOrService:CodeableConcept modifier:CodeableConcept programCode:CodeableConcept serviced[x] location[x] quantity:Quantity unitPrice:Money factor net:Money udi:Reference bodySite:CodeableConcept subSite:CodeableConcept encounter:Reference noteNumber adjudication:Adjudication detail:Item subDetail:Item',
  AddItem:
    'itemSequence detailSequence subDetailSequence provider:Reference productOrService:CodeableConcept modifier:CodeableConcept programCode:CodeableConcept serviced[x] location[x] quantity:Quantity unitPrice:Money factor net:Money bodySite:CodeableConcept subSite:CodeableConcept noteNumber adjudication:Adjudication detail:AddItem subDetail:AddItem',
  Adjudication: 'category:CodeableConcept reason:CodeableConcept amount:Money value',
  Total: 'category:CodeableConcept amount:Money',
  Payment:
    'type:CodeableConcept adjustment:Money adjustmentReason:CodeableConcept date amount:Money identifier:Identifier',
  Note: 'number type text language:CodeableConcept',
  Balance: BENEFIT,
  Financial: 'type:CodeableConcept allowed[x] used[x]',
  Observation: `${RESOURCE} identifier:Identifier basedOn:Reference partOf:Reference status category:CodeableConcept code:CodeableConcept subject:Reference focus:Reference encounter:Reference effective[x] issued performer:Reference value[x] dataAbsentReason:CodeableConcept interpretation:CodeableConcept note:Annotation bodySite:CodeableConcept method:CodeableConcept specimen:Reference device:Reference referenceRange:ReferenceRange hasMember:Reference derivedFrom:Reference component:Component`,
  ReferenceRange: 'low:Quantity high:Quantity type:CodeableConcept appliesTo:CodeableConcept age:Range text',
  Component:
    'code:CodeableConcept value[x] dataAbsentReason:CodeableConcept interpretation:CodeableConcept referenceRange:ReferenceRange',
  OperationOutcome: `${RESOURCE} issue:Issue`,
  Issue: 'severity code details:CodeableConcept diagnostics location expression',
  Bundle:
    'id meta:Meta implicitRules language identifier:Identifier type timestamp total link:BundleLink entry:Entry signature',
  BundleLink: 'relation url',
  Entry: 'link:BundleLink fullUrl resource:Resource search:Search request:Request response:Response',
  Search: 'mode score',
  Request: 'method url ifNoneMatch ifModifiedSince ifMatch ifNoneExist',
  Response: 'status location etag lastModified outcome:Resource',
  CapabilityStatement: `${RESOURCE} url version name title status experimental date publisher contact description useContext jurisdiction purpose copyright kind instantiates imports software:Software implementation:Implementation fhirVersion format patchFormat implementationGuide rest:Rest messaging document`,
  Software: 'name version releaseDate',
  Implementation: 'description url custodian:Reference',
  Rest: 'mode documentation security resource:RestResource interaction:Interaction searchParam:SearchParam operation compartment',
  RestResource:
    'type profile supportedProfile documentation interaction:Interaction versioning readHistory updateCreate conditionalCreate conditionalRead conditionalUpdate conditionalDelete referencePolicy searchInclude searchRevInclude searchParam:SearchParam operation',
  Interaction: 'code documentation',
  SearchParam: 'name definition type documentation',
  Meta: 'versionId lastUpdated source profile security:Coding tag:Coding',
  Identifier: 'use type:CodeableConcept system value period:Period assigner:Reference',
  HumanName: 'use text family given prefix suffix period:Period',
  ContactPoint: 'system value use rank period:Period',
  Address: 'use type text line city district state postalCode country period:Period',
  CodeableConcept: 'coding:Coding text',
  Coding: 'system version code display userSelected',
  Reference: 'reference type identifier:Identifier display',
  Period: 'start end',
  Quantity: 'value comparator unit system code',
  Money: 'value currency',
  Range: 'low:Quantity high:Quantity',
  Ratio: 'numerator:Quantity denominator:Quantity',
  Attachment: 'contentType language data url size hash title creation',
  Annotation: 'author[x] time text',
  SampledData: 'origin:Quantity period factor lowerLimit upperLimit dimensions data',
  Extension: 'value[x]',
}

/** Where an element stands among its siblings, and the type of its own elements; null = they stay in the order they came. */
export interface PlacedElement {
  readonly place: number
  readonly type: string | null
}

const RESOURCES = new Set([
  'Patient',
  'Coverage',
  'ExplanationOfBenefit',
  'Observation',
  'OperationOutcome',
  'Bundle',
  'CapabilityStatement',
])
const UNKNOWN: PlacedElement = { place: Number.MAX_SAFE_INTEGER, type: null }

const TYPES: ReadonlyMap<string, ReadonlyMap<string, PlacedElement>> = new Map(
  Object.entries(DEFINED).map(([type, own]) => {
    const elements = `${RESOURCES.has(type) ? '' : `${ELEMENT} `}${own}`.split(' ').map(text => text.split(':', 2))
    return [type, new Map(elements.map(([name, of = null], place) => [name!, { place, type: of }]))]
  }),
)

/** The place of element `name` in `type`; an element that the type does not have comes last. */
export function placeOf(type: string | null, name: string): PlacedElement {
  const elements = type === null ? undefined : TYPES.get(type)
  return (
    elements?.get(name) ??
    choiceOf(elements, name) ??
    (name === 'extension' ? { place: -1, type: 'Extension' } : UNKNOWN)
  )
}

function choiceOf(elements: ReadonlyMap<string, PlacedElement> | undefined, name: string): PlacedElement | null {
  if (elements === undefined) return null
  for (const capital of name.matchAll(/[A-Z]/g)) {
    const choice = elements.get(`${name.slice(0, capital.index)}[x]`)
    if (choice !== undefined) return { place: choice.place, type: name.slice(capital.index) }
  }
  return null
}
