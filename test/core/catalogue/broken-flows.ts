/** flow.bpmn, decision tables and scenarios. Each row breaks a good package in one way; the answer must name the place and the reason. */
import type { ItemPackage } from '../../../contracts/item-package.ts'
import { inJson, swap, type BrokenPackage } from './packages.ts'

const item = (change: (item: ItemPackage) => void) => inJson(change)
/** An object whose parts a test may overwrite. */
const open = (value: unknown) => value as Record<string, unknown>

export const BROKEN_FLOWS: BrokenPackage[] = [
  // flow.bpmn
  [
    'XML cut off',
    'food-licence',
    'flow.bpmn',
    (t) => t.slice(0, t.indexOf('</bpmn:process>')),
    'flow.bpmn NOT_BPMN',
  ],
  [
    'a dangling reference',
    'food-licence',
    'flow.bpmn',
    swap('targetRef="Task_Decide"', 'targetRef="Task_Nowhere"'),
    'flow.bpmn BPMN_WARNING',
  ],
  [
    'an entity',
    'food-licence',
    'flow.bpmn',
    swap('<bpmn:definitions', '<!DOCTYPE x [<!ENTITY a "b">]>\n<bpmn:definitions'),
    'flow.bpmn DOCTYPE',
  ],
  [
    'a script task',
    'food-licence',
    'flow.bpmn',
    (t) =>
      t.replace(
        /<bpmn:serviceTask id="Document_Licence"[^>]*>([\s\S]*?)<\/bpmn:serviceTask>/,
        (_a, body: string) =>
          `<bpmn:scriptTask id="Document_Licence" name="x" scriptFormat="groovy">${body.replace(/<bpmn:extensionElements>[\s\S]*<\/bpmn:extensionElements>/, '')}<bpmn:script>1</bpmn:script></bpmn:scriptTask>`,
      ),
    'flow.bpmn#Document_Licence ELEMENT_REFUSED',
  ],
  [
    'a listener',
    'food-licence',
    'flow.bpmn',
    swap(
      '<bpmn:userTask id="Task_Review" name="审查" camunda:candidateGroups="POST-EXAMINER">',
      '<bpmn:userTask id="Task_Review" name="审查" camunda:candidateGroups="POST-EXAMINER"><bpmn:extensionElements><camunda:taskListener event="create" expression="${x}" /></bpmn:extensionElements>',
    ),
    'flow.bpmn#Task_Review EXTENSION_REFUSED',
  ],
  [
    'a Java class',
    'food-licence',
    'flow.bpmn',
    swap('camunda:type="external" camunda:topic="material-check"', 'camunda:class="a.B"'),
    'flow.bpmn#Check_Materials ATTRIBUTE_REFUSED',
  ],
  [
    'a topic nobody serves',
    'food-licence',
    'flow.bpmn',
    swap('camunda:topic="material-check"', 'camunda:topic="material-chek"'),
    'flow.bpmn#Check_Materials UNKNOWN_TOPIC',
  ],
  [
    'a paper that does not exist',
    'food-licence',
    'flow.bpmn',
    swap('name="document" value="licence"', 'name="document" value="diploma"'),
    'flow.bpmn#Document_Licence TOPIC_PROPERTIES',
  ],
  [
    'a post that differs from item.json',
    'food-licence',
    'flow.bpmn',
    swap('candidateGroups="POST-CHIEF"', 'candidateGroups="POST-EXAMINER"'),
    'flow.bpmn#Task_Decide POST_MISMATCH',
  ],
  [
    'an unlabelled branch',
    'food-licence',
    'flow.bpmn',
    swap(' name="准予" sourceRef="Gateway_Decision"', ' sourceRef="Gateway_Decision"'),
    'flow.bpmn#Flow_GatewayDecision_DocumentGrantDecision NO_LABEL',
  ],
  [
    'a gateway without default',
    'food-licence',
    'flow.bpmn',
    swap(/ default="Flow_GatewayDecision_[^"]*"/, ''),
    'flow.bpmn#Gateway_Decision NO_DEFAULT',
  ],
  [
    'a condition that calls a method',
    'food-licence',
    'flow.bpmn',
    swap("${decision == 'grant'}", "${decision.equals('grant')}"),
    'flow.bpmn#Flow_GatewayDecision_DocumentGrantDecision CONDITION_GRAMMAR',
  ],
  [
    'a misspelt value',
    'food-licence',
    'flow.bpmn',
    swap("${decision == 'grant'}", "${decision == 'granted'}"),
    'flow.bpmn#Flow_GatewayDecision_DocumentGrantDecision CONDITION_VALUE',
  ],
  [
    'a variable nobody writes',
    'food-licence',
    'flow.bpmn',
    swap('${fact_needsSiteVisit == true}', '${fact_visit == true}'),
    'flow.bpmn#Flow_GatewaySiteVisit_TaskInspect UNKNOWN_VARIABLE',
  ],
  [
    'a deadline in days of the machine',
    'food-licence',
    'flow.bpmn',
    swap('${correctionDeadline}', 'tomorrow'),
    'flow.bpmn#Timer_CorrectionDeadline TIMER',
  ],
  [
    'a wait without deadline',
    'food-licence',
    'flow.bpmn',
    swap(
      '<bpmn:timeDate xsi:type="bpmn:tFormalExpression">${correctionDeadline}</bpmn:timeDate>',
      '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P30D</bpmn:timeDuration>',
    ),
    'flow.bpmn#Wait_Correction NO_DEADLINE',
  ],
  [
    'an expiry that forgets the answer of the last minute',
    'food-licence',
    'flow.bpmn',
    swap('${answeredInTime == true}', '${answeredInTime == false}'),
    'flow.bpmn#Outcome_CorrectionExpired NO_WAY_BACK',
  ],
  [
    'an answer of the last minute that leads elsewhere',
    'food-licence',
    'flow.bpmn',
    swap(
      'sourceRef="Gateway_CorrectionAnswered" targetRef="Gateway_Received"',
      'sourceRef="Gateway_CorrectionAnswered" targetRef="Notify_Returned"',
    ),
    'flow.bpmn#Outcome_CorrectionExpired NO_WAY_BACK',
  ],
  [
    'a parcel that counts as delivered whoever took it',
    'food-licence',
    'flow.bpmn',
    swap('${deliveryProven == true}', '${deliveryProven == false}'),
    'flow.bpmn#Wait_ParcelDelivered NO_HAND_OVER',
  ],
  [
    'a message nobody sends',
    'food-licence',
    'flow.bpmn',
    swap('name="parcel-delivered"', 'name="parcel-arrived"'),
    'flow.bpmn#Wait_ParcelDelivered UNKNOWN_MESSAGE',
  ],
  [
    'a step nobody reaches',
    'food-licence',
    'flow.bpmn',
    (t) =>
      t.replace(
        '<bpmn:endEvent id="End_Downloaded"',
        '<bpmn:endEvent id="End_Lost" name="x"></bpmn:endEvent>\n    <bpmn:endEvent id="End_Downloaded"',
      ),
    'flow.bpmn#End_Lost UNREACHABLE',
  ],
  [
    'a refusal without anyone who decides',
    'food-licence',
    'item.json',
    item((i) => (open(i.steps['Task_Decide'])['act'] = 'review')),
    'flow.bpmn#Document_RefusalDecision REFUSAL_WITHOUT_DECISION',
  ],
  [
    'an instant grant without passed checks',
    'flex-pension',
    'flow.bpmn',
    swap('${checksPassed == true}', "${inbound == 'upload'}"),
    'flow.bpmn#Outcome_InstantGrant INSTANT_WITHOUT_CHECKS',
  ],
  [
    'a step without words for the citizen',
    'flex-pension',
    'item.json',
    item((i) => delete open(i.steps)['Outcome_InstantGrant']),
    'flow.bpmn#Outcome_InstantGrant NO_CITIZEN_WORDS',
  ],
  [
    'a process of another name',
    'flex-pension',
    'flow.bpmn',
    (t) => t.replaceAll('"flex_pension"', '"pension"'),
    'flow.bpmn#pension PROCESS_ID',
  ],
  // decisions and scenarios
  [
    'a decision that is not there',
    'food-licence',
    'flow.bpmn',
    swap('decisionRef="food_site_visit"', 'decisionRef="visit"'),
    'flow.bpmn#Rule_SiteVisit NO_DECISION',
  ],
  [
    'a decision of whatever version is newest',
    'food-licence',
    'flow.bpmn',
    swap('decisionRefBinding="deployment"', 'decisionRefBinding="latest"'),
    'flow.bpmn#Rule_SiteVisit DECISION_BINDING',
  ],
  [
    'a table in another language',
    'food-licence',
    'rules/site-visit.dmn',
    swap(
      '<inputExpression id="InputExpression_Area"',
      '<inputExpression expressionLanguage="juel" id="InputExpression_Area"',
    ),
    'rules/site-visit.dmn LANGUAGE',
  ],
  [
    'a cell that is no FEEL',
    'food-licence',
    'rules/site-visit.dmn',
    swap('&gt;= 50', '&gt;= '),
    'rules/site-visit.dmn#food_site_visit/Rule_LargeDrinks NOT_FEEL',
  ],
  [
    'a table on an undeclared fact',
    'food-licence',
    'rules/site-visit.dmn',
    swap('<text>fact_premisesArea</text>', '<text>fact_area</text>'),
    'rules/site-visit.dmn#food_site_visit UNKNOWN_FACT',
  ],
  [
    'a scenario on a way that is not offered',
    'flex-pension',
    'scenarios/instant-online.json',
    inJson((s: { channel: string }) => (s.channel = 'kiosk')),
    'scenarios/instant-online.json#/channel NOT_OFFERED',
  ],
  [
    'a scenario whose form does not hold',
    'flex-pension',
    'scenarios/instant-online.json',
    inJson((s: { form: { mobile: string } }) => (s.form.mobile = '12')),
    'scenarios/instant-online.json#/form/mobile WRONG_FORMAT',
  ],
  [
    'a scenario that cites no rule of the item',
    'flex-pension',
    'scenarios/refusal.json',
    (t) => t.replaceAll('"R-NOT-EMPLOYED"', '"R-OTHER"'),
    'scenarios/refusal.json#/plays/2/body UNKNOWN_ID',
  ],
]
