package cn.yichuang.engine;

import java.util.Map;
import java.util.Set;

/**
 * The part of BPMN and of the engine's extensions a diagram may use, as tables. Whatever is not listed is
 * refused: script tasks, listeners, classes, delegate expressions, connectors, field injection, form handlers,
 * signals, compensation and conditional events among them.
 */
final class BpmnVocabulary {

  static final String BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL";
  static final String XSI = "http://www.w3.org/2001/XMLSchema-instance";

  /** Both names of the engine's own extensions; Operaton reads either. */
  static final Set<String> EXTENSIONS =
      Set.of("http://camunda.org/schema/1.0/bpmn", "http://operaton.org/schema/1.0/bpmn");

  /** Layout: read for coordinates only. */
  static final Set<String> DIAGRAM = Set.of("http://www.omg.org/spec/BPMN/20100524/DI",
      "http://www.omg.org/spec/DD/20100524/DC", "http://www.omg.org/spec/DD/20100524/DI");

  /** Marks that modelling tools leave as attributes; the engine never reads them. */
  static final Set<String> TOOL_MARKS = Set.of("http://camunda.org/schema/modeler/1.0",
      "http://bpmn.io/schema/bpmn/biocolor/1.0", "http://www.omg.org/spec/BPMN/non-normative/color/1.0");

  private static final Set<String> NONE = Set.of();
  private static final Set<String> ACTIVITY = Set.of("default", "startQuantity", "completionQuantity");

  /** Element to its own attributes beside id and name, which every element may have. */
  static final Map<String, Set<String>> ELEMENTS = Map.ofEntries(
      Map.entry("definitions", Set.of("targetNamespace", "exporter", "exporterVersion", "expressionLanguage",
          "typeLanguage")),
      Map.entry("process", Set.of("isExecutable", "isClosed", "processType")),
      Map.entry("collaboration", Set.of("isClosed")),
      Map.entry("participant", Set.of("processRef")),
      Map.entry("messageFlow", Set.of("sourceRef", "targetRef", "messageRef")),
      Map.entry("laneSet", NONE),
      Map.entry("lane", NONE),
      Map.entry("flowNodeRef", NONE),
      Map.entry("documentation", Set.of("textFormat")),
      Map.entry("extensionElements", NONE),
      Map.entry("incoming", NONE),
      Map.entry("outgoing", NONE),
      Map.entry("textAnnotation", Set.of("textFormat")),
      Map.entry("text", NONE),
      Map.entry("association", Set.of("sourceRef", "targetRef", "associationDirection")),
      Map.entry("group", Set.of("categoryValueRef")),
      Map.entry("category", NONE),
      Map.entry("categoryValue", Set.of("value")),
      Map.entry("startEvent", Set.of("isInterrupting", "parallelMultiple")),
      Map.entry("endEvent", NONE),
      Map.entry("boundaryEvent", Set.of("attachedToRef", "cancelActivity", "parallelMultiple")),
      Map.entry("intermediateCatchEvent", Set.of("parallelMultiple")),
      Map.entry("intermediateThrowEvent", NONE),
      Map.entry("userTask", ACTIVITY),
      Map.entry("serviceTask", ACTIVITY),
      Map.entry("businessRuleTask", ACTIVITY),
      Map.entry("receiveTask", Set.of("default", "startQuantity", "completionQuantity", "messageRef")),
      Map.entry("callActivity", Set.of("default", "startQuantity", "completionQuantity", "calledElement")),
      Map.entry("subProcess", Set.of("default", "startQuantity", "completionQuantity", "triggeredByEvent")),
      Map.entry("exclusiveGateway", Set.of("default", "gatewayDirection")),
      Map.entry("inclusiveGateway", Set.of("default", "gatewayDirection")),
      Map.entry("parallelGateway", Set.of("gatewayDirection")),
      Map.entry("eventBasedGateway", Set.of("gatewayDirection", "eventGatewayType")),
      Map.entry("sequenceFlow", Set.of("sourceRef", "targetRef", "isImmediate")),
      Map.entry("conditionExpression", NONE),
      Map.entry("timerEventDefinition", NONE),
      Map.entry("timeDuration", NONE),
      Map.entry("timeDate", NONE),
      Map.entry("timeCycle", NONE),
      Map.entry("messageEventDefinition", Set.of("messageRef")),
      Map.entry("message", NONE),
      Map.entry("errorEventDefinition", Set.of("errorRef")),
      Map.entry("error", Set.of("errorCode")),
      Map.entry("escalationEventDefinition", Set.of("escalationRef")),
      Map.entry("escalation", Set.of("escalationCode")),
      Map.entry("terminateEventDefinition", NONE),
      Map.entry("multiInstanceLoopCharacteristics", Set.of("isSequential")),
      Map.entry("loopCardinality", NONE),
      Map.entry("completionCondition", NONE));

  /**
   * Attributes the schema validation fills in by itself, so that they cannot be told from written ones. They are
   * harmless with their default only.
   */
  static final Map<String, Set<String>> DEFAULTED = Map.of(
      "isForCompensation", Set.of("false"),
      "implementation", Set.of("##unspecified", "##WebService"),
      "instantiate", Set.of("false"),
      "behavior", Set.of("All"));

  /** Elements that may carry the attributes of asynchronous continuation. */
  static final Set<String> FLOW_NODES = Set.of("startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent",
      "intermediateThrowEvent", "userTask", "serviceTask", "businessRuleTask", "receiveTask", "callActivity",
      "subProcess", "exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway",
      "multiInstanceLoopCharacteristics");

  static final Set<String> ASYNC_ATTRIBUTES = Set.of("asyncBefore", "asyncAfter", "exclusive", "jobPriority");

  /** Which element template a modeller has used; the engine never reads them. */
  static final Set<String> TEMPLATE_ATTRIBUTES = Set.of("modelerTemplate", "modelerTemplateVersion");

  /** Element to the engine's attributes it may carry, beside the asynchronous ones. */
  static final Map<String, Set<String>> EXTENSION_ATTRIBUTES = Map.of(
      "process", Set.of("historyTimeToLive", "versionTag", "isStartableInTasklist", "candidateStarterGroups"),
      "startEvent", Set.of("initiator", "formKey", "formRef", "formRefBinding", "formRefVersion"),
      "userTask", Set.of("assignee", "candidateGroups", "dueDate", "followUpDate", "priority", "formKey", "formRef",
          "formRefBinding", "formRefVersion"),
      "serviceTask", Set.of("type", "topic", "taskPriority"),
      "callActivity", Set.of("calledElementBinding", "calledElementVersion", "calledElementVersionTag"),
      "businessRuleTask", Set.of("decisionRef", "decisionRefBinding", "resultVariable", "mapDecisionResult"),
      "multiInstanceLoopCharacteristics", Set.of("collection", "elementVariable"),
      "errorEventDefinition", Set.of("errorCodeVariable", "errorMessageVariable"),
      "escalationEventDefinition", Set.of("escalationCodeVariable"));

  /** The engine's extension elements and their attributes. */
  static final Map<String, Set<String>> EXTENSION_ELEMENTS = Map.of(
      "in", Set.of("source", "target", "variables", "businessKey", "local"),
      "out", Set.of("source", "target", "variables", "local"),
      "properties", NONE,
      "property", Set.of("id", "name", "value"),
      "failedJobRetryTimeCycle", NONE,
      "inputOutput", NONE,
      "inputParameter", Set.of("name"),
      "outputParameter", Set.of("name"));

  /** Where {@code ${variable}} may stand for a value; everywhere else a text must be literal. */
  static final Set<String> VARIABLE_ATTRIBUTES =
      Set.of("assignee", "dueDate", "followUpDate", "priority", "jobPriority", "taskPriority", "collection");

  private BpmnVocabulary() {}
}
