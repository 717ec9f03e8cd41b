package cn.yichuang.engine;

import java.util.Set;
import java.util.regex.Pattern;
import org.camunda.bpm.engine.impl.util.xml.Element;

/**
 * Judges one diagram: every element and attribute must be in {@link BpmnVocabulary}, and the few texts the
 * engine evaluates must be in our small grammars. All problems are reported, each with the id of the nearest
 * element, because a designer reads them.
 */
final class BpmnGate {

  /** Receives one problem; the id is null when no enclosing element has one. */
  interface Problems {
    void add(String reason, Element element, String id);
  }

  static final int MAX_DEPTH = 64;
  static final Pattern TOPIC = Pattern.compile("[a-z][a-z0-9-]{0,63}");

  private static final Pattern KEY = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,127}");
  private static final Pattern GROUPS = Pattern.compile("[A-Za-z0-9_.:-]{1,128}(\\s*,\\s*[A-Za-z0-9_.:-]{1,128}){0,19}");
  private static final Pattern COUNT = Pattern.compile("\\d{1,3}");
  private static final Set<String> OWN_BUSINESS_KEY =
      Set.of("#{execution.processBusinessKey}", "${execution.processBusinessKey}");
  private static final Set<String> EXPRESSION_LANGUAGES = Set.of("", "http://www.w3.org/1999/XPath");

  private final Problems problems;

  BpmnGate(Problems problems) {
    this.problems = problems;
  }

  void check(Element definitions) {
    walk(definitions, null, 1, null);
  }

  private void walk(Element element, Element parent, int depth, String outerId) {
    String ownId = element.attribute("id");
    String id = ownId == null ? outerId : ownId;
    if (depth > MAX_DEPTH) {
      problems.add("elements are nested deeper than " + MAX_DEPTH, element, id);
      return;
    }
    String namespace = element.getUri() == null ? "" : element.getUri();
    String tag = element.getTagName();
    if (BpmnVocabulary.DIAGRAM.contains(namespace)) {
      return;
    }
    if (BpmnVocabulary.BPMN.equals(namespace)) {
      if (!BpmnVocabulary.ELEMENTS.containsKey(tag)) {
        problems.add("element " + shown(tag) + " is not allowed", element, id);
        return;
      }
    } else if (!BpmnVocabulary.EXTENSIONS.contains(namespace)) {
      problems.add("element " + shown(tag) + " of namespace " + shown(namespace) + " is not allowed", element, id);
      return;
    } else if (!BpmnVocabulary.EXTENSION_ELEMENTS.containsKey(tag)) {
      problems.add("extension element " + shown(tag) + " is not allowed", element, id);
      return;
    }
    for (String key : element.attributes()) {
      attribute(element, namespace, key, element.attribute(key), id);
    }
    text(element, tag, id);
    rules(element, parent, tag, id);
    for (Element child : element.elements()) {
      walk(child, element, depth + 1, id);
    }
  }

  private void attribute(Element element, String namespace, String key, String value, String id) {
    String tag = element.getTagName();
    int colon = key.lastIndexOf(':');
    String prefix = colon < 0 ? "" : key.substring(0, colon);
    String name = key.substring(colon + 1);
    if (key.startsWith("xmlns") || BpmnVocabulary.TOOL_MARKS.contains(prefix)) {
      return;
    }
    boolean known;
    if (prefix.equals(BpmnVocabulary.XSI)) {
      // schemaLocation is judged by XmlCheck, before the engine's schema validation could follow it.
      known = name.equals("schemaLocation") || name.equals("type") && value.endsWith("tFormalExpression");
    } else if (BpmnVocabulary.EXTENSIONS.contains(prefix)) {
      known = BpmnVocabulary.EXTENSION_ATTRIBUTES.getOrDefault(tag, Set.of()).contains(name)
          || BpmnVocabulary.TEMPLATE_ATTRIBUTES.contains(name)
          || BpmnVocabulary.ASYNC_ATTRIBUTES.contains(name) && BpmnVocabulary.FLOW_NODES.contains(tag);
    } else if (BpmnVocabulary.BPMN.equals(namespace)) {
      known = prefix.isEmpty()
          && (name.equals("id") || name.equals("name") || BpmnVocabulary.ELEMENTS.get(tag).contains(name)
              || BpmnVocabulary.DEFAULTED.getOrDefault(name, Set.of()).contains(value));
    } else {
      known = prefix.isEmpty() && BpmnVocabulary.EXTENSION_ELEMENTS.get(tag).contains(name);
    }
    if (!known) {
      problems.add("attribute " + shown(name) + " on " + tag + " is not allowed", element, id);
    } else if (name.equals("expressionLanguage") && !EXPRESSION_LANGUAGES.contains(value)) {
      problems.add("expression language " + shown(value) + " is not allowed", element, id);
    } else if (isExpression(value) && !mayHold(tag, name, value)) {
      problems.add("expression " + shown(value) + " in " + name + " is not allowed", element, id);
    }
  }

  private static boolean mayHold(String tag, String name, String value) {
    if (tag.equals("in") && name.equals("businessKey")) {
      return OWN_BUSINESS_KEY.contains(value);
    }
    return BpmnVocabulary.VARIABLE_ATTRIBUTES.contains(name) && ConditionParser.isVariable(value);
  }

  private void text(Element element, String tag, String id) {
    String text = element.getText();
    switch (tag) {
      case "conditionExpression", "completionCondition" -> condition(element, tag, text, id);
      case "loopCardinality" -> {
        if (!COUNT.matcher(text).matches() && !ConditionParser.isVariable(text)) {
          problems.add("loopCardinality " + shown(text) + " must be a number up to 999 or ${variable}", element, id);
        }
      }
      case "timeDate", "timeDuration", "timeCycle" -> {
        if (!TimerText.isAllowed(tag, text.trim())) {
          problems.add(tag + " " + shown(text) + " must be an ISO 8601 literal (dates with offset, cycles with a"
              + " count) or ${variable}", element, id);
        }
      }
      case "failedJobRetryTimeCycle" -> {
        if (!TimerText.isRetryCycle(text)) {
          problems.add("failedJobRetryTimeCycle " + shown(text) + " must be like R3/PT10S or PT10S,PT1M", element, id);
        }
      }
      case "inputParameter", "outputParameter" -> {
        if (isExpression(text) && !ConditionParser.isVariable(text)) {
          problems.add("expression " + shown(text) + " in " + tag + " is not allowed (only ${variable})", element, id);
        }
      }
      default -> {
        if (isExpression(text)) {
          problems.add("expression " + shown(text) + " in " + tag + " is not allowed", element, id);
        }
      }
    }
  }

  private void condition(Element element, String tag, String text, String id) {
    try {
      ConditionParser.parse(text);
      if (tag.equals("completionCondition") && !text.equals(text.trim())) {
        // The engine does not trim this one and would read a text instead of a condition.
        problems.add("completionCondition must not begin or end with blanks", element, id);
      }
    } catch (ConditionParser.BadCondition e) {
      problems.add("condition " + shown(text) + " is outside the allowed grammar: " + e.getMessage(), element, id);
    }
  }

  /** What an element must have, beyond what it may have. */
  private void rules(Element element, Element parent, String tag, String id) {
    switch (tag) {
      case "serviceTask" -> {
        if (!"external".equals(extension(element, "type"))) {
          problems.add("a service task must have camunda:type=\"external\"", element, id);
        }
        require(element, "topic", TOPIC, "a literal topic of lower-case letters, digits and hyphens", id);
      }
      case "userTask" -> require(element, "candidateGroups", GROUPS, "literal candidate groups", id);
      case "businessRuleTask" -> {
        require(element, "decisionRef", KEY, "a literal decision key", id);
        if (!"deployment".equals(extension(element, "decisionRefBinding"))) {
          problems.add("a businessRuleTask must have camunda:decisionRefBinding=\"deployment\"", element, id);
        }
      }
      case "callActivity" -> {
        String called = element.attribute("calledElement");
        if (called == null || !KEY.matcher(called).matches()) {
          problems.add("a callActivity must name a literal calledElement", element, id);
        }
      }
      case "startEvent" -> {
        boolean ofProcess = parent != null && parent.getTagName().equals("process");
        if (ofProcess && element.element("timerEventDefinition") != null) {
          problems.add("a process must not be started by a timer: each case is started by its number", element, id);
        }
      }
      default -> { }
    }
  }

  private void require(Element element, String name, Pattern pattern, String what, String id) {
    String value = extension(element, name);
    if (value == null || !pattern.matcher(value).matches()) {
      problems.add("a " + element.getTagName() + " must have " + what + " (camunda:" + name + ")", element, id);
    }
  }

  private static String extension(Element element, String name) {
    for (String namespace : BpmnVocabulary.EXTENSIONS) {
      String value = element.attribute(namespace + ":" + name);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  private static boolean isExpression(String text) {
    return text != null && (text.contains("${") || text.contains("#{"));
  }

  /** Quoted and cut: the author's text is shown back, but never a page of it. */
  private static String shown(String text) {
    String value = text == null ? "" : text.strip();
    return "'" + (value.length() > 80 ? value.substring(0, 80) + "…" : value) + "'";
  }
}
